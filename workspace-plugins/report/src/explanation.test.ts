import { digestOf } from "@slipway/signature";
import type { Because, Difference, Explanation } from "@slipway/signature";
import { expect, test } from "vitest";
import { explanationJson, explanationLines } from "./explanation.ts";

const [before, after] = [digestOf("before"), digestOf("after")];
const signatures = "  work signature  6db7d803e74f → f39592393ef0";

function explanation(because: Partial<Because>, change: Partial<Explanation> = {}): Explanation {
  return {
    target: "codex:image",
    verdict: "will-run",
    isCached: true,
    before,
    after,
    because: { upstreams: [], differences: [], ...because },
    unmatchedPatterns: [],
    ...change,
  };
}

function lines(of: Explanation, allFiles = false): readonly string[] {
  return explanationLines(of, { allFiles });
}

function changed(path: string): Difference {
  return { kind: "file-changed", path };
}

test("what came through others is told by deeper lines, and once", () => {
  const change = { before, after };
  const debian = { ...change, id: "debian:image" };
  const told = lines(
    explanation({
      upstreams: [
        {
          ...debian,
          state: "explained",
          because: {
            upstreams: [{ ...change, id: "rootfs:push", state: "not-on-record" }],
            differences: [changed("bases/debian/base.yml")],
          },
        },
        { ...debian, state: "told" },
        {
          ...change,
          id: "node:image",
          state: "explained",
          because: { upstreams: [], differences: [] },
        },
      ],
      differences: [{ kind: "file-changed", path: "codex/install.sh", isExecutable: true }],
    }),
  );
  expect(told).toEqual([
    "codex:image will run",
    "  because debian:image changed:",
    "    because rootfs:push changed: 6db7d803e74f → f39592393ef0, and what it was made of then is not on record any more",
    "    because bases/debian/base.yml has other content",
    "  because debian:image changed, as told above",
    "  because node:image changed, by what is told above",
    "  because codex/install.sh has other content and is executable now",
    signatures,
  ]);
});

test("the verdict is that of the target", () => {
  expect(lines(explanation({}, { verdict: "will-not-run", before: after }))).toEqual([
    "codex:image will not run: same work signature as at its last success",
    "  work signature  f39592393ef0",
  ]);
  expect(lines(explanation({}, { verdict: "runs-every-time" }))[0]).toBe(
    "codex:image runs every time: it is not cached",
  );
  expect(lines(explanation({}, { verdict: "may-run" }))[0]).toBe(
    "codex:image may run: it does where one that it builds on makes other bytes than before",
  );
});

test("twenty files are named, and more are told by folders that are few enough", () => {
  const files = (count: number, folder: string) =>
    Array.from({ length: count }, (_, at) => changed(`${folder}/${at}.txt`));
  expect(lines(explanation({ differences: files(20, "a") }))).toHaveLength(22);
  const many: readonly Difference[] = [
    ...Array.from({ length: 15 }, (_, at) => files(2, `a/b${at}`)).flat(),
    ...Array.from({ length: 15 }, (_, at) => files(1, `c/d${at}`)).flat(),
    { kind: "file-added", path: "c/new.txt" },
    { kind: "file-removed", path: "top.txt" },
    { kind: "salt-changed", before: "a", after: "b" },
  ];
  expect(lines(explanation({ differences: many }))).toEqual([
    "codex:image will run",
    "  because SLIPWAY_SALT is another",
    "  because files in a/: 30 changed",
    "  because files in c/: 15 changed, 1 new",
    "  because files in the root of the workspace: 1 gone",
    signatures,
  ]);
  expect(lines(explanation({ differences: many }), true)).toHaveLength(50);
});

test("more files at the root than can be named are counted", () => {
  const many = Array.from({ length: 30 }, (_, at) => changed(`${at}.txt`));
  expect(lines(explanation({ differences: many }))[1]).toBe(
    "  because files in the root of the workspace: 30 changed",
  );
});

test("a pattern that matches nothing is told, also of a target that will not run", () => {
  const unmatched = { before: after, unmatchedPatterns: ["codex/srx/**", "a\u001bb"] };
  expect(lines(explanation({}, unmatched)).slice(1, 3)).toEqual([
    "  no file matches codex/srx/**",
    String.raw`  no file matches a\x1bb`,
  ]);
  const json: unknown = JSON.parse(explanationJson(explanation({}, unmatched), []));
  expect(json).toMatchObject({ unmatchedPatterns: unmatched.unmatchedPatterns });
});

test("machines get one object", () => {
  const causes = [{ via: ["debian:image"], difference: changed("bases/debian/base.yml") }];
  expect(JSON.parse(explanationJson(explanation({}), causes))).toEqual({
    schema: 1,
    target: "codex:image",
    verdict: "will-run",
    cached: true,
    signature: { before, after },
    causes: [{ via: ["debian:image"], kind: "file-changed", path: "bases/debian/base.yml" }],
  });
  const first = explanation({}, { verdict: "runs-every-time", before: undefined, isCached: false });
  expect(JSON.parse(explanationJson(first, []))).toEqual({
    schema: 1,
    target: "codex:image",
    verdict: "runs-every-time",
    cached: false,
    signature: { after },
    causes: [],
  });
});
