import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

const ignored = ["**/node_modules/**", "**/dist/**", "**/.nx/**", "**/.slipway/**"];

/** Folders of the tests that take longest: begun last, one of them would go on alone at the end. */
const longest = ["/tests/line/", "/tests/fleet/", "/tests/caches/"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((folder) => moduleId.includes(folder));
  return at === -1 ? longest.length : at;
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
