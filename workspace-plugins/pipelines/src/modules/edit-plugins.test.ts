import { expect, test } from "vitest";
import { withPlugin } from "./edit-plugins.ts";

const ruby = { version: "~1.2", source: undefined };

test.each([
  ["", `\n[plugins]\n"lang/ruby" = "~1.2"\n`],
  [`version = "1"`, `version = "1"\n\n[plugins]\n"lang/ruby" = "~1.2"\n`],
  [
    `# head\n[plugins]\n# one\n"lang/node" = "1.0" # why\n\n[jobs.a]\n`,
    `# head\n[plugins]\n# one\n"lang/node" = "1.0" # why\n"lang/ruby" = "~1.2"\n\n[jobs.a]\n`,
  ],
  [
    `[plugins]\n"lang/ruby" = { version = "1.0" } # why\n`,
    `[plugins]\n"lang/ruby" = "~1.2" # why\n`,
  ],
  [`[plugins]`, `[plugins]\n"lang/ruby" = "~1.2"\n`],
  [`[plugins]\r\n`, `[plugins]\r\n"lang/ruby" = "~1.2"\r\n`],
  [
    `[plugins."lang/node"]\nversion = "1.0"\n`,
    `[plugins."lang/node"]\nversion = "1.0"\n\n[plugins]\n"lang/ruby" = "~1.2"\n`,
  ],
])("%j gets a plugin, and keeps what it says", (text, expected) => {
  expect(withPlugin(text, "lang/ruby", ruby)).toBe(expected);
});

test("a source is written with it", () => {
  const source = "registry.example/acme/deploy";
  expect(withPlugin("[plugins]\n", "acme/deploy", { version: "^2.0", source })).toBe(
    `[plugins]\n"acme/deploy" = { source = "registry.example/acme/deploy", version = "^2.0" }\n`,
  );
  expect(
    withPlugin("[plugins]\n", "acme/deploy", { version: undefined, source: "./ci/deploy" }),
  ).toBe(`[plugins]\n"acme/deploy" = { source = "./ci/deploy" }\n`);
});

test.each([
  `plugins = { "lang/ruby" = "1.0" }\n`,
  `plugins."lang/ruby".version = "1.0"\n`,
  `[plugins."lang/ruby"]\nversion = "1.0"\n`,
  `[plugins]\n"lang/ruby".version = "1.0"\n`,
  `[plugins]\n"lang/ruby" = { version = "1.0", settings = { style = "strict" } }\n`,
  `[plugins]\n"lang/ruby" = { version = "1.0", settings.style = "strict" }\n`,
])("%j is left to a person", (text) => {
  expect(withPlugin(text, "lang/ruby", ruby)).toBeUndefined();
});
