import { rename } from "node:fs/promises";
import path from "node:path";
import { initKeys } from "@slipway/attestation";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStartRig } from "../../test/start-rig.ts";
import type { StartRig } from "../../test/start-rig.ts";

let rig: StartRig;
let served: RegistryRig;
let agent: string;
let base: string;

beforeAll(async () => {
  served = await startRegistryRig();
  rig = await openStartRig();
  ({
    agent,
    bases: [base],
  } = rig);
  await rig.renew();
  const project = rig.at("home/project");
  await rig.write(path.join(project, "nx.json"), "{}");
  await rig.write(path.join(project, "package.json"), `{"name": "${agent}-workspace"}`);
  await rename(rig.at("home/.aicage-custom/agents"), path.join(project, "agents"));
  await initKeys(project, { HOME: rig.at("home") });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

async function json(...words: readonly string[]) {
  const { code, stdout, stderr } = await rig.slipway(["agent", ...words, "--json"]);
  if (stdout === "") throw new Error(stderr);
  return { code, said: JSON.parse(stdout) as unknown };
}

/** The agent in a workspace: a user's own is built on their machine, always. */
async function mayBePushed(isSo: boolean): Promise<void> {
  const text = `agent_full_name: Tiny\nagent_homepage: https://tiny.example\nbuild_local: ${!isSo}\n`;
  await rig.write(rig.at(`home/project/agents/${agent}/agent.yml`), text);
}

test("an image is built, explained, pushed, verified, inspected and pulled", async () => {
  const own = `slipway/${agent}:${base}`;
  const rows = (reasons: readonly object[]) => ({
    said: { images: [{ reference: `slipway/base:${base}` }, { reference: own, reasons }] },
  });
  await mayBePushed(false);
  const never = await json("why", agent, "--base", base);
  expect(never).toMatchObject(rows([{ kind: "never-built" }]));
  expect((await rig.slipway(["agent", agent, "--base", base, "true"])).code).toBe(0);
  expect(await json("why", agent, "--base", base)).toMatchObject(rows([]));
  const published = `${served.host}/team/${agent}:${base}`;
  const push = ["push", agent, "--to", `${served.host}/team`, "--base", base, "--sign"];
  expect(await json(...push)).toMatchObject({
    code: 1,
    said: { failure: { reason: "image-local-only" } },
  });
  expect(await json("verify", published)).toMatchObject({
    code: 1,
    said: { failure: { reason: "image-not-published" } },
  });

  await mayBePushed(true);
  const change = { kind: "ingredient-changed", ingredient: "redistribution" };
  expect(await json("why", agent, "--base", base)).toMatchObject(rows([change]));
  expect((await rig.slipway(["agent", agent, "--base", base, "true"])).code).toBe(0);
  expect(await json(...push)).toMatchObject({
    code: 0,
    said: { images: [{ state: "done" }, { state: "done" }] },
  });
  const local = await json("inspect", agent, "--base", base);
  expect(local).toMatchObject({
    said: { images: [{ reference: own, agentVersion: "1.0.0", inputs: { version: "1.0.0" } }] },
  });
  const { images } = local.said as {
    readonly images: readonly { readonly manifestDigest: string }[];
  };
  const digest = images[0]?.manifestDigest;
  expect(await json("verify", published)).toMatchObject({
    code: 0,
    said: { images: [{ digest }] },
  });
  expect(await json("inspect", published)).toMatchObject({
    said: {
      digest,
      labels: { "dev.slipway.image.agent": agent, "org.opencontainers.image.version": "1.0.0" },
      annotations: { "org.opencontainers.image.base.name": `slipway/base:${base}` },
      claims: { believed: { statement: { predicateType: "https://slsa.dev/provenance/v1" } } },
      hasSbom: true,
    },
  });
  const policy = rig.at("home/project/slipway.images.policy.yml");
  await rig.write(policy, "schema: 1\nrules: [{ images: [registry.example] }]\n");
  expect(await json("pull", published, "--allow-unsigned")).toMatchObject({
    code: 1,
    said: { failure: { reason: "image-not-allowed", reference: published } },
  });
  await rig.write(
    policy,
    `schema: 1\nrules: [{ images: ["${served.host}/team"], signed: true }]\n`,
  );
  expect(await json("pull", published)).toMatchObject({ code: 0, said: { cause: "image-pulled" } });
  const pulled = await rig.engine.image(published);
  expect(pulled).toMatchObject({ ok: true, value: { labels: { "dev.slipway.project": agent } } });
  expect((await rig.slipway(["agent", "inspect", published])).stdout).toContain(digest);
});

test("where an image goes has to be said", async () => {
  const { code, stderr } = await rig.slipway(["agent", "push", agent]);
  expect(code).toBe(2);
  expect(stderr).toContain("--to is missing");
});
