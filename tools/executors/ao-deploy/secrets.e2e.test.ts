import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import { bundleProcess, deployProcess, verifyProcess } from "@slipway/processes";
import { filesHolding, piecesOf } from "@slipway/processes/key-material";
import type { TaskContext } from "@slipway/processes";
import { describeFailure } from "@slipway/report";
import { expect, test } from "vitest";

const signer = `import { constants, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
const jwk = JSON.parse(readFileSync(new URL("wallet.json", import.meta.url), "utf8"));
const key = createPrivateKey({ key: jwk, format: "jwk" });
export default async (create) => {
  const message = await create({ type: 1, publicKey: Buffer.from(jwk.n, "base64url") });
  return { signature: sign("sha256", message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }) };
};
`;

test("nothing of a wallet's key is written or said, wherever the key is: by deployments, failures, faults, a broken key, a verification", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-secrets-"));
  const network = await startNetwork(path.join(folder, "network"));
  try {
    const wallet = await readFile(network.wallet, "utf8");
    const root = path.join(folder, "workspace");
    const keys = path.join(folder, "keys");
    await mkdir(keys);
    await writeFile(path.join(keys, "wallet.json"), wallet, { mode: 0o600 });
    await writeFile(path.join(keys, "signer.mjs"), signer);
    const { mu, su, cu, gateway, url, module, scheduler, authority } = network;
    const sources = {
      env: { env: "KEY" },
      file: { file: "../../keys/wallet.json" },
      signer: { signer: "../../keys/signer.mjs" },
    };
    const targets = Object.entries(sources).flatMap(([name, source]) =>
      (["legacy", "mainnet"] as const).map((mode) => {
        const units = mode === "legacy" ? { mode, mu, su, cu, gateway } : { mode, url, gateway };
        const conduct = { wallet: source, preflight: "off" };
        return [`${name}-${mode}`, { ...units, module, scheduler, authority, ...conduct }] as const;
      }),
    );
    const said: unknown[] = [];
    const task: TaskContext = {
      workspaceRoot: root,
      projectRoot: "small",
      projectName: "small",
      signal: new AbortController().signal,
      progress: (line) => said.push(line),
      once: (_question, ask) => ask(),
      counted: (_world, question) => said.push(question),
    };
    const write = async (lua: string): Promise<void> => {
      const definition = {
        name: "small",
        processes: { small: { source: "small.lua" } },
        targets: Object.fromEntries(targets),
      };
      await mkdir(path.join(root, "small"), { recursive: true });
      await writeFile(path.join(root, "small/ao.yml"), JSON.stringify(definition));
      await writeFile(path.join(root, "small/small.lua"), lua);
      const bundled = await bundleProcess(task);
      if (!bundled.ok) throw new Error(describeFailure(bundled.failure).what);
    };
    const limits = { requestMs: 20_000, retryMs: [1], busyMs: 1000 };
    const tell = (ran: Awaited<ReturnType<typeof deployProcess>>): string => {
      said.push(ran.ok ? ran.value : { ...ran.failure, words: describeFailure(ran.failure) });
      return ran.ok ? ran.value.cause : ran.failure.reason;
    };
    const deploy = async (deployTarget: string, key = wallet): Promise<string> =>
      tell(await deployProcess(task, { deployTarget }, { limits, environment: { KEY: key } }));
    for (const [deployTarget] of targets) {
      await write("Count = 0\n");
      expect(await deploy(deployTarget)).toBe("first-deployment");
      await write("Count = 1\n");
      await network.faults.add({ unit: "mu", fault: "html", count: 2 });
      await network.faults.add({ unit: "node", kind: "message", fault: "html", count: 2 });
      expect(await deploy(deployTarget)).toBe("unit-unreadable");
      expect(await readdir(path.join(root, ".slipway/ao/small"))).toContain(
        `${deployTarget}.pending.json`,
      );
      await network.faults.clear();
      expect(await deploy(deployTarget)).toBe("deployment-resumed");
      await write('error("not today")\n');
      expect(await deploy(deployTarget)).toBe("evaluation-failed");
      await write("Count = 1\n");
      const environment = { KEY: wallet };
      const verified = await verifyProcess(task, { deployTarget }, { limits, environment });
      expect(tell(verified)).toBe("live-code-and-checks-agree");
    }
    expect(await deploy("env-legacy", wallet.slice(0, -20))).toBe("wallet-invalid");

    const pieces = piecesOf(wallet);
    expect(await filesHolding(keys, pieces)).toEqual(["wallet.json"]);
    expect(await filesHolding(root, pieces)).toEqual([]);
    const heard = JSON.stringify([said, await network.log.entries()]);
    expect(pieces.filter((piece) => heard.includes(piece))).toEqual([]);
    // A signed item waits in the journal only while its end is not known.
    const left = await readdir(path.join(root, ".slipway/ao/small"));
    expect(left.filter((name) => name.endsWith(".pending.json"))).toEqual([]);
  } finally {
    await network.stop();
    await rm(folder, { recursive: true });
  }
});
