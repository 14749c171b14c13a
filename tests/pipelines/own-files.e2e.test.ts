import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
const cli = path.join(root, "tools/cli/slipway.cjs");

test.each(["cig.toml", "examples/pipeline/cig.toml"])(
  "what is rendered of %s is as it says, for every provider",
  (file) => {
    const out = execFileSync(process.execPath, [cli, "ci", "render", file, "--check", "--json"], {
      cwd: root,
      encoding: "utf8",
    });
    const { files } = JSON.parse(out) as { files: { path: string; state: string }[] };
    expect(files.filter(({ state }) => state !== "unchanged")).toEqual([]);
    expect(files.length).toBeGreaterThan(1);
  },
);
