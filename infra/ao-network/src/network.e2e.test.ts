import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, createDataItemSigner } from "@permaweb/aoconnect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startNetwork } from "./start.ts";
import type { RunningNetwork } from "./start.ts";

const counter = `
Count = Count or 0
Handlers.add("Add", "Add", function(message)
  Count = Count + tonumber(message.Tags.By)
  message.reply({ Action = "Added", Data = tostring(Count) })
end)
Handlers.add("Read", "Read", function(message)
  message.reply({ Action = "Count", Data = tostring(Count) })
end)
return "counter is loaded"
`;

let folder: string;
let network: RunningNetwork;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ao-network-"));
  network = await startNetwork(path.join(folder, "state"));
});

afterAll(async () => {
  await network.stop();
  await rm(folder, { recursive: true, force: true });
});

async function client(at: RunningNetwork, wallet = at.wallet) {
  const signer = createDataItemSigner(JSON.parse(await readFile(wallet, "utf8")));
  const ao = connect({
    MODE: "legacy",
    MU_URL: at.mu,
    CU_URL: at.cu,
    GATEWAY_URL: at.gateway,
    GRAPHQL_URL: `${at.gateway}/graphql`,
  });
  return {
    ao,
    spawn: (tags: { name: string; value: string }[] = []) =>
      ao.spawn({
        module: at.module,
        scheduler: at.scheduler,
        signer,
        tags: [{ name: "Authority", value: at.authority }, ...tags],
      }),
    send: (process: string, tags: Record<string, string>, data = "") =>
      ao.message({
        process,
        signer,
        data,
        tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
      }),
  };
}

test("a process is spawned, runs an Eval and answers a dry-run", async () => {
  const { ao, spawn, send } = await client(network);
  const process = await spawn();
  const eval1 = await send(process, { Action: "Eval" }, counter);
  const evaluated = await ao.result({ process, message: eval1 });
  void JSON.stringify(evaluated).slice(0, 600);
  const added = await send(process, { Action: "Add", By: "2" });
  void JSON.stringify(await ao.result({ process, message: added })).slice(0, 1600);
  const read = await ao.dryrun({ process, tags: [{ name: "Action", value: "Read" }] });
  void JSON.stringify(read).slice(0, 600);
  const bad = await send(process, { Action: "Eval" }, "Count = 7; error('boo')");
  void JSON.stringify(await ao.result({ process, message: bad })).slice(0, 1600);
  const read2 = await ao.dryrun({ process, tags: [{ name: "Action", value: "Read" }] });
  expect(read2.Messages[0].Data).toBe("2");
});
