import { digestOf, fail, ok } from "@slipway/signature";
import type { Result, SignatureFailure, SignedTarget } from "@slipway/signature";
import { expect, test } from "vitest";
import { ownFacts } from "./own-facts.ts";

const targets = new Map([
  ["my-app:pack", { project: "my-app", target: "pack" }],
  ["registry:serve", { project: "registry", target: "serve" }],
]);

function signed(own: string): Result<SignedTarget, SignatureFailure> {
  const noAction = (): never => {
    throw new Error("internal: nobody needs the action");
  };
  const definition = {
    id: "my-app:pack",
    project: "my-app",
    projectRoot: "my-app",
    executor: "@slipway/executors:pack",
    options: {},
    inputs: { filesets: [], env: [], tools: [] },
    outputs: [],
    upstreams: [],
    isCached: true,
  };
  return ok({
    definition,
    signature: digestOf("signature"),
    own: () => digestOf(own),
    unmatchedPatterns: () => [],
    readFiles: async () => ({ files: [], filesets: [] }),
    action: noAction,
  });
}

test("a signed target has half of its own digest, by its variable", () => {
  const facts = ownFacts(targets, new Map([["my-app:pack", signed("own")]]));
  expect(facts).toEqual({ SLIPWAY_OWN_MY_APP__PACK: digestOf("own").slice(7, 39) });
});

test("one that could not be signed has another fact every time", () => {
  const failed = fail({ reason: "file-unreadable", path: "my-app/a", code: "EACCES" } as const);
  const facts = (): string | undefined =>
    ownFacts(targets, new Map([["my-app:pack", failed]]))["SLIPWAY_OWN_MY_APP__PACK"];
  expect(facts()).toMatch(/^unsigned-[0-9a-f-]{36}$/);
  expect(facts()).not.toBe(facts());
});
