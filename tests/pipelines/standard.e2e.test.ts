import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { testConformance } from "@slipway/pipelines/conformance";
import { parseManifest } from "@slipway/pipelines/modules";
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
  const text = readFileSync(path.join(root, name, "module.toml"), "utf8");
  const manifest = parseManifest("module.toml", text);
  expect(manifest).toMatchObject({
    ok: true,
    value: { name: plugin, version, content: { programs: { any: "src/main.ts" } } },
  });
  expect(readFileSync(path.join(root, name, "package.json"), "utf8")).toContain(
    `"version": "${version}"`,
  );
});
