import { expect, test } from "vitest";
import { namedImages, pinImages } from "./dockerfile.ts";

async function check(text: string, expected: readonly string[]): Promise<void> {
  const found = await namedImages(text, ["FROM_IMAGE", "BASE_IMAGE"]);
  expect(found.map(({ reference }) => reference)).toEqual(expected);
}

test("a FROM names an image, a stage of the same file is none, and neither is scratch", async () => {
  await check("FROM slipway/base:debian AS one\nFROM one\nFROM ONE AS two\nFROM scratch\n", [
    "slipway/base:debian",
  ]);
});

test("what is handed in by the builder is none", async () => {
  await check("ARG FROM_IMAGE=debian\nFROM ${FROM_IMAGE} AS from_image\nFROM $FROM_IMAGE\n", []);
  await check("FROM ${FROM_IMAGE:-debian} AS a\nFROM scratch\n", []);
  await check("ARG OTHER\nFROM $OTHER\n", []);
});

test("defaults of arguments are put in", async () => {
  await check("ARG TAG=26\nARG NAME=node\nFROM $NAME:${TAG}\nFROM ${X:-alpine}\n", [
    "node:26",
    "alpine",
  ]);
});

test("copies and mounts from images are named, those from stages by name or number are not", async () => {
  await check(
    [
      "FROM ${BASE_IMAGE} AS build",
      "FROM ${BASE_IMAGE}",
      "COPY --from=slipway/codex:debian --chown=1:1 /a /b",
      "COPY --from=build /a /b",
      "COPY --from=0 /a /b",
      "RUN --mount=type=bind,from=tools:1,target=/t \\",
      "    --mount=type=bind,target=/u,from=more:2 make",
      "RUN --mount=type=cache,target=/c make",
    ].join("\n"),
    ["slipway/codex:debian", "tools:1", "more:2"],
  );
});

test("the parser that a file asks for is an image too", async () => {
  await check("# syntax=docker/dockerfile:1\nFROM scratch\n", ["docker/dockerfile:1"]);
});

test("comments, heredocs and words that look like instructions are none", async () => {
  await check("# FROM a\nFROM ${BASE_IMAGE}\nRUN <<EOF\nFROM b\nCOPY --from=c /x /y\nEOF\n", []);
});

test("references are replaced where they stand, and nothing else is", async () => {
  const text = [
    "FROM a:1 AS a",
    "# a:1",
    "COPY --from=b:2 /a:1 /b",
    "RUN --mount=type=bind,from=b:2,target=/t echo b:2",
    "",
  ].join("\r\n");
  const pins = new Map([
    ["a:1", "a@sha256:aa"],
    ["b:2", "b:22"],
  ]);
  expect(pinImages(text, await namedImages(text, []), pins).split("\r\n")).toEqual([
    "FROM a@sha256:aa AS a",
    "# a:1",
    "COPY --from=b:22 /a:1 /b",
    "RUN --mount=type=bind,from=b:22,target=/t echo b:2",
    "",
  ]);
});
