"use strict";

const assert = require("node:assert");
const test = require("node:test");
const { distinctSlug, slugify } = require("./index.cjs");

test("accents fall off and words are joined", () => {
  assert.strictEqual(slugify("Crème brûlée, à la Straße!"), "creme-brulee-a-la-strasse");
});

test("a taken slug is counted up", () => {
  assert.strictEqual(distinctSlug("A b", ["a-b", "a-b-2"]), "a-b-3");
});
