import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { exportIds } from "./export-ids.ts";
import type { EnvironmentRecord } from "./record.ts";
import { writeIds } from "./write-ids.ts";

const spawnDigest = digestOf("spawn");
const record = (ids: Readonly<Record<string, string>>, code = "code"): EnvironmentRecord => ({
  version: 2,
  processes: Object.fromEntries(
    Object.entries(ids).map(([name, process]) => [
      name,
      {
        process,
        owner: "me",
        spawnDigest,
        state: "deployed",
        codeDigest: digestOf(code),
        linksDigest: spawnDigest,
        handlers: [],
        provenBy: code,
        history: [],
      },
    ]),
  ),
});

async function openRig() {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-export-"));
  const file = (name: string) => path.join(workspaceRoot, name);
  await mkdir(file("skills/deployments"), { recursive: true });
  return {
    environment: { workspaceRoot, projectRoot: "skills" },
    task: { workspaceRoot, projectRoot: "skills", projectName: "skills" },
    write: async (name: string, text: string | Buffer) => writeFile(file(name), text),
    read: async (name: string) => readFile(file(name)),
    file,
    [Symbol.asyncDispose]: () => rm(workspaceRoot, { recursive: true }),
  };
}

const wanted = {
  env: { file: "../.env", keys: { registry: "REGISTRY_ID" } },
  json: "ids.json",
  typescript: "src/ids.ts",
};

test("ids go where ao.yml wants them; bytes that are no UTF-8 stay", async () => {
  await using rig = await openRig();
  await rig.write(".env", Buffer.from([0x41, 0x3d, 0xff, 0xe9, 0x0a]));
  expect((await exportIds(rig.environment, wanted, record({ registry: "r", index: "i" }))).ok).toBe(
    true,
  );
  const set = Buffer.concat([
    Buffer.from([0x41, 0x3d, 0xff, 0xe9, 0x0a]),
    Buffer.from("REGISTRY_ID=r\n"),
  ]);
  expect(await rig.read(".env")).toEqual(set);
  expect(JSON.parse(String(await rig.read("skills/ids.json")))).toEqual({
    index: "i",
    registry: "r",
  });
  const module = (await import(rig.file("skills/src/ids.ts"))) as { processIds: unknown };
  expect(module.processIds).toEqual({ index: "i", registry: "r" });
});

test("a file that says so already is not written, and none outside of the workspace ever", async () => {
  await using rig = await openRig();
  await exportIds(rig.environment, wanted, record({ registry: "r" }));
  const long = new Date(0);
  for (const name of [".env", "skills/ids.json"]) await utimes(rig.file(name), long, long);
  await exportIds(rig.environment, wanted, record({ registry: "r" }, "other code"));
  for (const name of [".env", "skills/ids.json"]) {
    expect((await stat(rig.file(name))).mtimeMs).toBe(0);
  }
  const outside = { env: { file: "../../.env", keys: { registry: "ID" } } };
  expect(await exportIds(rig.environment, outside, record({ registry: "r" }))).toEqual({
    ok: false,
    failure: { reason: "export-outside", file: "../../.env" },
  });
});

test("a link is followed within the workspace and stays one, and none leads out of it", async () => {
  await using rig = await openRig();
  await mkdir(rig.file("skills/deep"), { recursive: true });
  await writeFile(rig.file("skills/deep/.env"), "A=1\n");
  await symlink("skills/deep/.env", rig.file(".env"));
  await exportIds(rig.environment, wanted, record({ registry: "r" }));
  expect((await lstat(rig.file(".env"))).isSymbolicLink()).toBe(true);
  expect(await readFile(rig.file("skills/deep/.env"), "utf8")).toMatch(/^A=1\n.*=r\n$/);
  const elsewhere = await mkdtemp(path.join(os.tmpdir(), "ao-elsewhere-"));
  try {
    await symlink(elsewhere, rig.file("skills/out"));
    const file = "out/new/ids.json";
    expect(await exportIds(rig.environment, { json: file }, record({ registry: "r" }))).toEqual({
      ok: false,
      failure: { reason: "export-outside", file },
    });
    expect(await readdir(elsewhere)).toEqual([]);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

const id = "A".repeat(43);
const definition = `name: skills
processes: { registry: { source: a.lua } }
targets:
  dev: { mode: legacy, network: local }
  production: { mode: mainnet, url: "http://127.0.0.1:1", gateway: "http://127.0.0.1:2", module: ${id}, scheduler: ${id}, authority: ${id}, wallet: { env: KEY } }
`;

test("the ids of committed records are written, the same bytes whatever code runs, others for another process", async () => {
  await using rig = await openRig();
  await rig.write("skills/ao.yml", definition);
  const idsAfter = async (now: EnvironmentRecord) => {
    await rig.write("skills/deployments/production.json", JSON.stringify(now));
    const written = await writeIds(rig.task);
    if (!written.ok) throw new Error(JSON.stringify(written.failure));
    return [
      String(await rig.read("skills/dist/ao-ids/ids.json")),
      String(await rig.read("skills/dist/ao-ids/ids.ts")),
    ];
  };
  const first = await idsAfter(record({ registry: "one" }));
  expect(JSON.parse(first[0] ?? "")).toEqual({ production: { registry: "one" } });
  expect(await idsAfter(record({ registry: "one" }, "upgraded"))).toEqual(first);
  const other = await idsAfter(record({ registry: "two" }));
  expect(JSON.parse(other[0] ?? "")).toEqual({ production: { registry: "two" } });
  expect(other[1]).not.toBe(first[1]);
});
