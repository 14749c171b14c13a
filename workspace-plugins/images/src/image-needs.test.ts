import type { FindCredential } from "@slipway/registry";
import { digestOf, fail, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import type { Engine, PullRequest } from "./engine-port.ts";
import { provide } from "./image-needs.ts";

const digest = digestOf("manifest");

/** Provides a pinned image; answers with whose credential was looked for, and what the engine was shown. */
async function pull(reference: string, findCredential: FindCredential | undefined) {
  const looked: string[] = [];
  const shown: PullRequest["credential"][] = [];
  const engine: Pick<Engine, "image" | "platform" | "pull"> = {
    platform: { os: "linux", architecture: "amd64" },
    image: async () => ok(undefined),
    pull: async (_, { credential }) => {
      shown.push(credential);
      return ok(digestOf("image"));
    },
  };
  const find: FindCredential = async (host) => {
    looked.push(host);
    return findCredential === undefined ? ok(undefined) : findCredential(host);
  };
  const provided = await provide(
    {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is pinned is pulled, and no more
      engine: engine as Engine,
      signal: new AbortController().signal,
      workspaceRoot: "/nowhere",
      progress: () => {},
      ...(findCredential === undefined ? {} : { findCredential: find }),
    },
    { kind: "pinned", reference, digest },
  );
  return { provided, looked, shown };
}

const credential = { kind: "password", username: "ann", password: "secret" } as const;

test.each([
  [`registry.example:5000/team/node@${digest}`, "registry.example:5000"],
  [`debian@${digest}`, "docker.io"],
])("%s is pulled with what %s knows its user by", async (reference, host) => {
  expect(await pull(reference, async () => ok(credential))).toEqual({
    provided: ok(undefined),
    looked: [host],
    shown: [{ username: "ann", password: "secret" }],
  });
});

test("what nobody has a credential for is pulled as anybody", async () => {
  const reference = `registry.example/node@${digest}`;
  expect((await pull(reference, async () => ok(undefined))).shown).toEqual([undefined]);
  expect((await pull(reference, undefined)).shown).toEqual([undefined]);
});

test("nothing is pulled as anybody where the credential could not be read", async () => {
  const failed = fail({
    reason: "credential-helper-failed",
    program: "docker-credential-x",
    host: "registry.example",
    error: "it could not be run",
  } as const);
  expect(await pull(`registry.example/node@${digest}`, async () => failed)).toEqual({
    provided: failed,
    looked: ["registry.example"],
    shown: [],
  });
});
