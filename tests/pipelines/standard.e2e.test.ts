import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { testConformance } from "@slipway/pipelines/conformance";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../../workspace-plugins/pipeline-plugins");

/** Providers have tests of their own. */
const plugins = readdirSync(root).filter((name) => !name.startsWith("provider-"));

test.for(plugins)("%s conforms, and says what its manifest says", async (name) => {
  const main = path.join(root, name, "src/main.ts");
  const program = { name, file: process.execPath, args: [main], folder: path.dirname(main) };
  const { plugin, version, checks } = await testConformance(program, { limitMs: 60_000 });
  expect(checks.filter((each) => Object.keys(each).length > 1)).toEqual([]);
  expect(checks).toHaveLength(9);
  const manifest = readFileSync(path.join(root, name, "module.toml"), "utf8");
  expect(manifest).toContain(`name = "${plugin}"\nversion = "${version}"\n`);
  expect(readFileSync(path.join(root, name, "package.json"), "utf8")).toContain(
    `"version": "${version}"`,
  );
});
