import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventReaders, namespaceOf } from "./run-event.ts";
import { openStore } from "./success-store.ts";
import type { StoreContext } from "./success-record.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-store-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function open(address: string, environment: StoreContext["environment"] = {}) {
  const registry = () => {
    throw new Error("no registry here");
  };
  const { signal } = new AbortController();
  const store = openStore(address, { root, environment, registry, signal });
  if (!store.ok) throw new Error(store.failure.reason);
  return store.value;
}

const [one, other] = [digestOf("one"), digestOf("other")] as const;

test("a folder keeps successes by namespace, and believes no file that is another's", async () => {
  const store = open("kept");
  expect(await store.has("protected", one)).toEqual({ ok: true, value: false });
  expect(await store.record("protected", one, "build")).toEqual({ ok: true, value: undefined });
  expect(await store.has("protected", one)).toEqual({ ok: true, value: true });
  expect(await store.has("pull-1", one)).toEqual({ ok: true, value: false });
  const folder = path.join(root, "kept/protected");
  const [file = ""] = readdirSync(folder);
  const name = path.join(folder, `${other.slice("sha256:".length)}.json`);
  writeFileSync(name, JSON.stringify({ schema: 1, signature: one, job: "build" }));
  expect(await store.has("protected", other)).toEqual({ ok: true, value: false });
  writeFileSync(path.join(folder, file), "{");
  expect(await store.has("protected", one)).toEqual({ ok: true, value: false });
});

test("a server keeps what is put, is sent the token, and says why it does not answer", async () => {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const key = request.url ?? "";
    if (key.includes("broken")) return void response.writeHead(500).end();
    if (request.method === "PUT") {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.once("end", () => {
        kept.set(key, text);
        response.writeHead(201).end();
      });
    } else response.writeHead(kept.has(key) ? 200 : 404).end(kept.get(key));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/store`;
  const store = open(address, { SLIPWAY_STORE_TOKEN: "secret" });
  expect(await store.has("protected", one)).toEqual({ ok: true, value: false });
  expect(await store.record("protected", one, "build")).toEqual({ ok: true, value: undefined });
  expect(await store.has("protected", one)).toEqual({ ok: true, value: true });
  const hex = one.slice("sha256:".length);
  expect(asked.slice(0, 2)).toEqual([
    `GET /store/protected/${hex} Bearer secret`,
    `PUT /store/protected/${hex} Bearer secret`,
  ]);
  expect(await store.has("broken", one)).toEqual({
    ok: false,
    failure: { reason: "store-unreachable", address, detail: "it answered 500" },
  });
  server.closeAllConnections();
  server.close();
});

test("what is no address of a store is refused", () => {
  expect(() => open("ftp://somewhere")).toThrow("store-address-invalid");
  expect(() => open("oci://nowhere")).toThrow("store-address-invalid");
});

test.each([
  [
    "github",
    {
      GITHUB_EVENT_NAME: "push",
      GITHUB_REF: "refs/heads/main",
      GITHUB_REF_TYPE: "branch",
      GITHUB_REF_NAME: "main",
    },
    "push",
    "protected",
  ],
  [
    "github",
    {
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_REF_TYPE: "branch",
      GITHUB_REF_NAME: "7/merge",
      GITHUB_BASE_REF: "main",
    },
    "pull-request",
    "pull-7",
  ],
  [
    "github",
    { GITHUB_EVENT_NAME: "schedule", GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "main" },
    "schedule",
    "protected",
  ],
  [
    "github",
    { GITHUB_EVENT_NAME: "push", GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "main" },
    "push",
    undefined,
  ],
  [
    "github",
    {
      GITHUB_EVENT_NAME: "pull_request_target",
      GITHUB_REF_TYPE: "branch",
      GITHUB_REF_NAME: "main",
    },
    "manual",
    undefined,
  ],
  ["jenkins", { BRANCH_NAME: "main", TAG_NAME: "main" }, "push", undefined],
  [
    "buildkite",
    { BUILDKITE_SOURCE: "webhook", BUILDKITE_BRANCH: "main", BUILDKITE_TAG: "main" },
    "push",
    undefined,
  ],
  [
    "circleci",
    { CIRCLE_BRANCH: "main", CIRCLE_PULL_REQUEST: "https://host/a/b/pull/12" },
    "pull-request",
    "pull-12",
  ],
  [
    "buildkite",
    { BUILDKITE_SOURCE: "webhook", BUILDKITE_PULL_REQUEST: "false", BUILDKITE_BRANCH: "main" },
    "push",
    "protected",
  ],
  [
    "buildkite",
    {
      BUILDKITE_SOURCE: "ui",
      BUILDKITE_PULL_REQUEST: "9",
      BUILDKITE_PULL_REQUEST_BASE_BRANCH: "main",
    },
    "manual",
    "pull-9",
  ],
  [
    "jenkins",
    { CHANGE_ID: "3", CHANGE_TARGET: "main", BRANCH_NAME: "PR-3" },
    "pull-request",
    "pull-3",
  ],
  [
    "jenkins",
    { BRANCH_NAME: "topic" },
    "push",
    `branch-${digestOf("topic").slice("sha256:".length, "sha256:".length + 20)}`,
  ],
] as const)(
  "a run of %s with %j is a %s and records as %s",
  (provider, environment, event, namespace) => {
    const read = eventReaders[provider](environment);
    expect(read.event).toBe(event);
    expect(namespaceOf(read, ["main"])).toBe(namespace);
  },
);
