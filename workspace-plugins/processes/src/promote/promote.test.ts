import { mkdtempDisposable } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, writeFileAtomically, writeJson } from "@slipway/signature/basics";
import { expect, test } from "vitest";
import { taskOf } from "../../test/task.ts";
import { promote } from "./promote.ts";

const id = "A".repeat(43);
const url = "http://127.0.0.1:9";
const units = `mode: legacy
    mu: ${url}
    su: ${url}
    cu: ${url}/cu
    gateway: ${url}/gateway
    module: ${id}
    scheduler: ${id}
    authority: ${id}
    wallet: { env: WALLET }`;
const definition = `name: project
processes:
  main: { source: main.lua }
targets:
  testnet:
    ${units}
  production:
    ${units}
    promotion: { from: testnet }
`;

const digest = digestOf("code");
const record = {
  state: "deployed",
  process: id,
  owner: id,
  spawnDigest: digest,
  codeDigest: digest,
  linksDigest: digest,
  handlers: [],
  provenBy: id,
  history: [
    {
      at: "2026-01-01T00:00:00.000Z",
      did: "evaluated",
      process: id,
      spawnDigest: digest,
      codeDigest: digest,
      message: id,
      by: id,
    },
  ],
};

test.each<readonly [string, Readonly<Record<string, number>>, object]>([
  ["cu", { gateway: 404, cu: 503 }, { url: `${url}/cu/dry-run?process-id=${id}` }],
  ["gateway", { gateway: 503 }, { url: `${url}/gateway/${id}` }],
])("that the %s is down is told as that, and no gate is judged", async (unit, statuses, asked) => {
  await using folder = await mkdtempDisposable(path.join(os.tmpdir(), "ao-promote-"));
  const at = (file: string) => path.join(folder.path, "project", file);
  await writeFileAtomically(at("ao.yml"), definition, { isDurable: false });
  await writeFileAtomically(at("main.lua"), "return 1", { isDurable: false });
  await writeJson(at("deployments/testnet.json"), { version: 2, processes: { main: record } });
  const promoted = await promote(
    taskOf(folder.path, "project"),
    { from: "testnet", to: "production", isDryRun: true },
    { trust: new Map(), ownKey: undefined },
    {
      environment: {},
      limits: { requestMs: 1000, retryMs: [], busyMs: 10 },
      fetch: async (input) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input);
        const status = statuses[pathname.split("/")[1] ?? ""] ?? 200;
        return Response.json({ Messages: [], Output: "" }, { status });
      },
    },
  );
  expect(promoted).toMatchObject({
    ok: false,
    failure: { reason: "unit-refused", status: 503, unit, ...asked },
  });
});
