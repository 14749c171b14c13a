import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { initKeys, readSigningKey, signStatement, signingKeyFile } from "@slipway/attestation";
import { digestOf, ok, writeJson } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openMatrixRig } from "../../test/matrix-rig.ts";
import type { MatrixRig } from "../../test/matrix-rig.ts";
import type { Engine } from "../engine-port.ts";
import { readProvenance } from "../provenance.ts";
import { readImageReceipt } from "../receipt.ts";
import { readVersionScript } from "../versions/version-script.ts";
import type { ChainLink } from "./build-chain.ts";
import { findPulled, notePulled } from "./pulled-images.ts";

const layout = "agents/tool/dist/image/tiny";

let rig: MatrixRig;
let state: string;
let imageId: Digest;
let signer: string;

beforeEach(async () => {
  rig = await openMatrixRig();
  state = await mkdtemp(path.join(tmpdir(), "slipway-pulled-"));
  await rig.build();
  const folder = path.join(rig.root, layout);
  const receipt = await readImageReceipt(folder);
  if (receipt === undefined) throw new Error("no receipt");
  const statement = await readProvenance(folder, receipt);
  if (!statement.ok) throw new Error("no statement");
  ({ imageId } = receipt);
  const variables = { XDG_CONFIG_HOME: state };
  if (!(await initKeys(rig.root, variables)).ok) throw new Error("no key was made");
  const key = await readSigningKey(signingKeyFile(variables));
  if (!key.ok) throw new Error("no key");
  signer = key.value.hint;
  const bundle = await signStatement(statement.value, key.value);
  await notePulled(state, { reference: `registry.example/team/tool@${imageId}`, bundle });
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

const link = (reference: string, at: string): ChainLink => ({
  source: { reference, layout: at, target: "x:image" },
  ofUser: { agents: [], bases: [], extensions: [] },
  make: async () => {
    throw new Error("nothing is built");
  },
});
const chain = [
  link("slipway/base:tiny", "bases/tiny/dist/image"),
  link("slipway/tool:tiny", layout),
];

/** By whom the image is signed that would be started. */
async function check(
  links = chain,
  has: readonly Digest[] = [imageId],
  { architecture = "amd64", isFrozen = false } = {},
) {
  const platform = { os: "linux", architecture };
  const facts = { tags: [], labels: {}, diffIds: [], entrypoint: [], environment: [], platform };
  const engine: Pick<Engine, "image" | "platform"> = {
    platform,
    image: async (id) => {
      const found = has.find((one) => one === id);
      return ok(found === undefined ? undefined : { ...facts, id: found });
    },
  };
  const { signal } = new AbortController();
  const world = {
    stateFolder: state,
    workspaceRoot: rig.root,
    engine,
    now: new Date(),
    isFrozen,
    signal,
  };
  const found = await findPulled(links, world);
  return found.ok ? found.value?.signer : found.failure;
}

test("what was pulled is taken while it is what a build would make", async () => {
  expect(await check()).toBe(signer);
});

test.each([
  ["the agent", "agents/tool/install.sh"],
  ["its base", "bases/tiny/Dockerfile"],
  ["the Dockerfile of all agents", "infra/images/agent.Dockerfile"],
])("it is not taken once %s is another", async (_, file) => {
  await rig.write({ [file]: "FROM scratch\n# another\n" });
  expect(await check()).toBeUndefined();
});

test("it is not taken once its signer is not trusted, or the bundle is another", async () => {
  const trusted = path.join(rig.root, ".slipway/trust/signers.json");
  const [name = ""] = await readdir(path.join(state, "pulled-images"));
  const file = path.join(state, "pulled-images", name);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/payload\\":\s*\\"/, "$&AAAA"));
  expect(await check()).toBeUndefined();
  await writeFile(file, text);
  expect(await check()).toBe(signer);
  await writeJson(trusted, { schema: 1, signers: {} });
  expect(await check()).toBeUndefined();
});

test("it is not taken where the policy has another source or other signers", async () => {
  const under = async (rule: string) => {
    await rig.write({ "slipway.images.policy.yml": `schema: 1\nrules: [${rule}]\n` });
    return check();
  };
  expect(await under("{ images: [registry.example/team] }")).toBe(signer);
  expect(await under("{ images: [registry.example/tea] }")).toBeUndefined();
  expect(await under(`{ images: ['*'], signers: ["${signer}"] }`)).toBe(signer);
  const other = digestOf("another key");
  expect(await under(`{ images: ['*'], signers: ["${other}"] }`)).toBeUndefined();
  expect(await under("{ image: ['*'] }")).toMatchObject({ reason: "definition-invalid" });
});

test("frozen it is taken by the locked version alone", async () => {
  const frozen = { isFrozen: true };
  expect(await check(chain, [imageId], frozen)).toBeUndefined();
  const script = { name: "tool", folder: "agents/tool", file: "agents/tool/version.sh" };
  const folder = path.join(rig.root, script.folder);
  const read = await readVersionScript({ ...script, folder }, new AbortController().signal);
  if (!read.ok) throw new Error("no script");
  const lock = (version: string) => ({
    "slipway.images.lock": `agents: {tool: {version: ${version}, definition: "${read.value.digest}"}}\n`,
  });
  await rig.write(lock("1.0.0"));
  expect(await check(chain, [imageId], frozen)).toBe(signer);
  await rig.write(lock("2.0.0"));
  expect(await check()).toBeUndefined();
});

test("it is not taken for a definition from elsewhere, another image or processor, or when it is gone", async () => {
  const [base = link("", "")] = chain;
  const users = link("slipway/tool:tiny", ".slipway/images/agent/tool/tiny");
  expect(await check([base, users])).toBeUndefined();
  expect(await check([base])).toBeUndefined();
  expect(await check(chain, [digestOf("another")])).toBeUndefined();
  expect(await check(chain, [imageId], { architecture: "arm64" })).toBeUndefined();
});
