import { readFileSync } from "node:fs";
import path from "node:path";
import { isGraphFile } from "@slipway/signature";
import { expect, test } from "vitest";
import { z } from "zod";

const plugins = ["images", "packages", "pipelines", "processes", "smoke"];
const Plugin = z.object({ createNodes: z.tuple([z.string()]).rest(z.unknown()) });

/** The names that a pattern such as `**\/{base,agent}.yml` lets in. */
function namesOf(pattern: string): readonly string[] {
  const [, before, choices, after] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? [];
  if (before === undefined || choices === undefined || after === undefined) return [pattern];
  return choices.split(",").flatMap((choice) => namesOf(`${before}${choice}${after}`));
}

test.each(plugins)(
  "definitions of targets are looked for again when a file of %s changes",
  async (plugin) => {
    const { createNodes } = Plugin.parse(await import(`@slipway/${plugin}/plugin`));
    const [pattern] = createNodes;
    const names = namesOf(pattern).map((one) => one.replace(/^\*\*\//, ""));
    expect(names.length).toBeGreaterThan(0);
    // A name with a wildcard would have to be in the key by more than its name.
    expect(names.filter((name) => /[*?[\]]/.test(name))).toEqual([]);
    expect(names.filter((name) => !isGraphFile(`some/folder/${name}`))).toEqual([]);
  },
);

test("those are all plugins that nx.json names and that make nodes", () => {
  const text = readFileSync(path.join(import.meta.dirname, "..", "nx.json"), "utf8");
  const named = [...text.matchAll(/"@slipway\/(\w+)\/plugin"/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(["executors", ...plugins]));
});
