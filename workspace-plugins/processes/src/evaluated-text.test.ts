import { digestOf } from "@slipway/signature";
import luaparse from "luaparse";
import { expect, test } from "vitest";
import { codeIn, evaluatedText, linksDigestOf } from "./evaluated-text.ts";
import type { Evaluated } from "./evaluated-text.ts";

const code = 'print("x")\n;(function(...)\nreturn 1 -- ]] "\nend)()\n';
const evaluated: Evaluated = {
  mode: "legacy",
  code,
  codeDigest: digestOf(code),
  links: { index: "I".repeat(43), "b-c": "B".repeat(43) },
  handlers: ["Info", 'odd "name" \\ ü\n'],
  earlier: ["Info", "Gone"],
};

test.each(["legacy", "mainnet"] as const)(
  "%s: the text is Lua, and its code is found in it again",
  (mode) => {
    const text = evaluatedText({ ...evaluated, mode });
    expect(luaparse.parse(text, { luaVersion: "5.3" }).type).toBe("Chunk");
    expect(codeIn(text)).toBe(code);
    expect(text.includes("patch@1.0")).toBe(mode === "mainnet");
  },
);

test("the code is on lines of its own, whatever stands around it", () => {
  const lines = evaluatedText(evaluated).split("\n");
  expect(lines.slice(1, -3).join("\n")).toBe(code.trimEnd());
  expect(lines).toHaveLength(code.split("\n").length + 3);
});

test("links have one digest whatever their order, and another for another id or name", () => {
  const { links } = evaluated;
  const turned = Object.fromEntries(Object.entries(links).toReversed());
  expect(linksDigestOf(turned)).toBe(linksDigestOf(links));
  const others = [{}, { index: links["index"] ?? "" }, { ...links, index: "X".repeat(43) }];
  expect(new Set([links, ...others].map(linksDigestOf)).size).toBe(4);
});
