import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import { fail, listFiles, ok } from "@slipway/signature";
import { expect, test, vi } from "vitest";
import { openPlugins } from "./open-plugins.ts";
import { runHook } from "./run-hooks.ts";

const plugins = path.join(import.meta.dirname, "../../..");
const limits = { limitMs: 20_000, signal: new AbortController().signal };
const folder = ".slipway/plugins/lang/curious";

/** A repository with a plugin that tries what it is asked to. */
function workspace({ tries, asks = [] }: { tries: readonly string[]; asks?: readonly string[] }) {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "sandbox-")));
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  write("src/app.rb", "puts 1");
  write(".gitignore", ".env\nsecrets\nnode_modules\n");
  write(".env", "TOKEN=1");
  write("src/.env", "TOKEN=2");
  write("secrets/key", "3");
  write("tries", tries.join("\n"));
  write(
    `${folder}/module.toml`,
    `[module]\nname = "lang/curious"\nversion = "1.0.0"\ncapabilities_required = ${JSON.stringify(asks)}\n[run]\nprogram = "./plugin.ts"\n`,
  );
  write(`${folder}/beside.txt`, "of the plugin");
  cpSync(
    path.join(plugins, "pipelines/test/curious-plugin.ts"),
    path.join(root, folder, "plugin.ts"),
  );
  mkdirSync(path.join(root, "node_modules/@slipway"), { recursive: true });
  symlinkSync(
    path.join(plugins, "pipeline-sdk"),
    path.join(root, "node_modules/@slipway/pipeline-sdk"),
  );
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  return root;
}

async function open(root: string, granted: readonly string[] = [], refusal?: string) {
  const files = await listFiles(root, limits.signal);
  if (!files.ok) throw new Error(files.failure.reason);
  return openPlugins(
    {
      needed: [],
      sources: { configured: {}, locked: new Map(), searchPath: "", standard: new Map() },
      files: files.value,
      settings: new Map(),
      granted: new Map([["lang/curious", granted]]),
      verify: async () => (refusal === undefined ? ok(undefined) : fail(refusal)),
    },
    limits,
  );
}

async function outcomes(root: string, granted: readonly string[] = []) {
  const opened = await open(root, granted);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  await using all = opened.value;
  expect(all.sandbox).toEqual({ state: "enforced" });
  const asked = await runHook(all.plugins, Service.method.detect, () => ({}), limits);
  expect(asked.failures).toEqual([]);
  return { ...asked.answers[0]?.answer.facts };
}

test("a plugin reads the files of the repository and its own, and writes to its temporary folder", async () => {
  const root = workspace({
    tries: ["read src/app.rb", "list .", "list src", "write /tmp/mine", "environment TMPDIR"],
  });
  expect(await outcomes(root)).toEqual({
    "read src/app.rb": "puts 1",
    "list .": ".env .git .gitignore .slipway node_modules secrets src tries",
    "list src": ".env app.rb",
    "write /tmp/mine": "written",
    "environment TMPDIR": "/tmp",
  });
  expect(existsSync("/tmp/mine")).toBe(false);
});

test("all else is refused: ignored files, git's own, the machine's, writing, the network", async () => {
  const outside = mkdtempSync(path.join(tmpdir(), "home-"));
  const key = path.join(outside, "id_ed25519");
  writeFileSync(key, "PRIVATE KEY");
  const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const expected = {
    "read .env": "EACCES",
    "read src/.env": "EACCES",
    "list secrets": "",
    "read secrets/key": "ENOENT",
    "write secrets/new": "EROFS",
    "list .git": "",
    [`read ${key}`]: "ENOENT",
    "read /etc/shadow": "ENOENT",
    "list /root": "ENOENT",
    "list /home": "ENOENT",
    "append src/app.rb": "EROFS",
    "write new.rb": "EROFS",
    "write /usr/new": "EROFS",
    [`read /proc/${process.pid}/environ`]: "ENOENT",
    [`connect ${port}`]: "ECONNREFUSED",
    "environment HOME": "/tmp",
  };
  const root = workspace({ tries: Object.keys(expected) });
  expect(await outcomes(root)).toEqual(expected);
  const asking = workspace({ tries: [`connect ${port}`], asks: ["network:https"] });
  expect(await outcomes(asking, ["network:https"])).toEqual({ [`connect ${port}`]: "connected" });
  server.close();
});

test("what its manifest asks for has to be granted before it is started", async () => {
  const root = workspace({ tries: [], asks: ["network:https", "filesystem:read"] });
  expect(await open(root)).toEqual({
    ok: false,
    failure: [
      { reason: "plugin-capability-refused", plugin: "lang/curious", capability: "network:https" },
    ],
  });
});

test("what is not as the lock says is not started", async () => {
  const root = workspace({ tries: [] });
  expect(await open(root, [], "another digest")).toEqual({
    ok: false,
    failure: ["another digest"],
  });
});

test("where the kernel refuses it, or it is not installed, that is told", async () => {
  const root = workspace({ tries: [] });
  const bin = mkdtempSync(path.join(tmpdir(), "bin-"));
  symlinkSync(
    execFileSync("sh", ["-c", "command -v git"]).toString().trim(),
    path.join(bin, "git"),
  );
  const searchPath = process.env["PATH"];
  const check = async (detail: string) => {
    vi.stubEnv("PATH", bin);
    const opened = await open(root);
    vi.stubEnv("PATH", searchPath);
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    await using all = opened.value;
    expect(all.sandbox).toEqual({ state: "not-enforced", detail });
    expect(all.plugins.map(({ info }) => info.name)).toEqual(["lang/curious"]);
  };
  await check("bubblewrap is not installed");
  const said = "bwrap: No permissions to create a new namespace";
  writeFileSync(path.join(bin, "bwrap"), `#!/bin/sh\necho '${said}' >&2\nexit 1\n`, {
    mode: 0o755,
  });
  await check(said);
});
