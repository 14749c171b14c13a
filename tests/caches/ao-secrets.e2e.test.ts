import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import { filesHolding, piecesOf } from "@slipway/processes/key-material";
import { expect, test } from "vitest";
import { CachesRig, processesFiles } from "./rig.ts";

const source = (version: number): string =>
  `Version = ${version}\nHandlers.add("Info", "Info", function(msg) msg.reply({ Data = "${version}" }) end)\n`;

test("nothing of a wallet's key is written or printed by the commands, by Nx and its cache", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-secrets-"));
  const network = await startNetwork(path.join(folder, "network"));
  const { mu, su, cu, gateway, url, module, scheduler, authority } = network;
  const made = { module, scheduler, authority, wallet: { env: "KEY" } };
  const definition = {
    name: "small",
    processes: { small: { source: "small.lua" } },
    targets: {
      testnet: { mode: "legacy", mu, su, cu, gateway, ...made },
      production: {
        mode: "mainnet",
        url,
        gateway,
        ...made,
        promotion: { from: "testnet", clean_tree: false },
      },
    },
  };
  const rig = CachesRig.setup({
    ...processesFiles,
    "small/ao.yml": JSON.stringify(definition),
    "small/small.lua": source(1),
  });
  try {
    const wallet = await readFile(network.wallet, "utf8");
    const state = path.join(folder, "state");
    const said: string[] = [];
    // The aos module is there.
    const caches = process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache");
    const more = { KEY: wallet, XDG_STATE_HOME: state, XDG_CACHE_HOME: caches };
    const nxRun = async (task: string, KEY = wallet): Promise<number> => {
      const { code, output } = await rig.nx(["run", task, "--outputStyle=static"], {
        ...more,
        KEY,
        NX_VERBOSE_LOGGING: "true",
      });
      said.push(output);
      return code;
    };
    const ao = async (...words: readonly string[]): Promise<number> => {
      const { code, output } = await rig.command(["ao", ...words], more);
      said.push(output);
      return code;
    };
    expect(await nxRun("small:ao-verify:testnet")).toBe(0);
    expect(await nxRun("small:ao-deploy:testnet", wallet.slice(0, -20))).toBe(1);
    rig.write("small/small.lua", source(2));
    expect(await ao("plan", "small", "--target", "testnet", "--out", "plan.json")).toBe(0);
    await network.faults.add({ unit: "mu", fault: "status", status: 403 });
    expect(await ao("apply", "plan.json")).toBe(1);
    expect(await ao("deploy", "small", "--target", "testnet", "--yes", "--json")).toBe(0);
    expect(await ao("verify", "small", "--target", "testnet")).toBe(0);
    const way = ["--from", "testnet", "--to", "production"];
    expect(await ao("promote", "small", ...way)).toBe(0);
    expect(await ao("rollback", "small", "--target", "testnet", "--to", "code")).toBe(0);
    expect(await ao("history", "small")).toBe(0);
    expect(await ao("recover", "small", "--target", "testnet", "--json")).toBe(0);
    expect(await ao("preflight", "small", "--live", "--target", "testnet")).toBe(0);
    expect(await ao("release", "small", "--json")).toBe(1);
    expect(await ao("verify", "--json")).toBe(0);

    const pieces = piecesOf(wallet);
    expect(await filesHolding(path.dirname(rig.root), pieces)).toEqual([]);
    expect(await filesHolding(state, pieces)).toEqual([]);
    expect(await filesHolding(folder, pieces)).toEqual([path.relative(folder, network.wallet)]);
    expect(pieces.filter((piece) => said.join("").includes(piece))).toEqual([]);
    // What was looked at is what there is to look at.
    expect(said.join("")).toContain("the process answered with this code");
    expect(rig.exists(".nx/workspace-data")).toBe(true);
  } finally {
    await rig[Symbol.asyncDispose]();
    await network.stop();
    await rm(folder, { recursive: true });
  }
});
