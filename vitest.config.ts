import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

const ignored = ["**/node_modules/**", "**/dist/**", "**/.nx/**", "**/.slipway/**"];

/** The line takes longer than all others together, and alone has the registry's port: it begins first. */
class LineFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLine), ...sorted.filter((file) => !isLine(file))];
  }
}

function isLine(file: TestSpecification): boolean {
  return file.moduleId.includes("/tests/line/");
}

export default defineConfig({
  test: {
    sequence: { sequencer: LineFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...ignored, "**/*.e2e.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["**/*.e2e.test.ts"],
          exclude: ignored,
          // After the unit tests, two files at once: most of what they do is to wait for other programs.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
