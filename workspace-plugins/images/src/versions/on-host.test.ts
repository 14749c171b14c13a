import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, ok } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scriptOnHost } from "./on-host.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-on-host-"));
});
afterEach(async () => rm(folder, { recursive: true }));

async function run(
  text: string,
  {
    timeoutMs = 10_000,
    environment = {},
    others = {},
  }: {
    timeoutMs?: number;
    environment?: Readonly<Record<string, string>>;
    others?: Readonly<Record<string, string>>;
  } = {},
) {
  const { PATH } = process.env;
  const files = { "version.sh": text, ...others };
  return scriptOnHost({
    access: async () => ({
      caBundle: undefined,
      npmRegistry: "https://ann:secret@npm.example/",
      proxies: { HTTP_PROXY: "http://proxy.example:1" },
    }),
    environment: { ...(PATH === undefined ? {} : { PATH }), ...environment },
    signal: new AbortController().signal,
    timeoutMs,
  })({
    agent: "codex",
    file: "version.sh",
    digest: digestOf(text),
    members: Object.entries(files).map(([name, content]) => ({
      name: `definition/${name}`,
      bytes: Buffer.from(content),
    })),
  });
}

async function printedBy(...args: Parameters<typeof run>): Promise<string> {
  const ended = await run(...args);
  if (!ended.ok || ended.value.kind !== "exited") throw new Error(JSON.stringify(ended));
  return ended.value.stdout;
}

test("a script reads what lies beside it, wherever it asks from", async () => {
  const others = { VERSION: "1.2.3" };
  expect(await printedBy('cat VERSION "$(dirname "$0")/VERSION"', { others })).toBe("1.2.31.2.3");
});

test("it has what it needs to reach registries, a home of its own, and no variable of the caller", async () => {
  const printed = await printedBy("env | cut -d= -f1; echo $HTTP_PROXY $SLIPWAY_NPM_REGISTRY", {
    environment: { HOME: "/root", SECRET_TOKEN: "x", BASH_ENV: "/tmp/evil", npm_config_token: "x" },
  });
  const lines = printed.split("\n");
  expect(lines.at(-1)).toBe("http://proxy.example:1 https://npm.example/");
  expect(lines.slice(0, -1).toSorted()).toEqual([
    "HOME",
    "HTTP_PROXY",
    "LC_ALL",
    "NPM_CONFIG_USERCONFIG",
    "PATH",
    "PWD",
    "SHLVL",
    "SLIPWAY_NPM_REGISTRY",
    "TMPDIR",
    "_",
  ]);
});

test("what it writes is gone with it", async () => {
  const place = await printedBy('touch "$HOME/a" "$TMPDIR/b"; printf %s "$HOME"');
  await expect(readFile(path.join(place, "a"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a script that does not end is ended with all that it started", async () => {
  const trace = path.join(folder, "trace");
  const text = `(while true; do date +%N > ${trace}; sleep 0.02; done) &\nsleep 60\n`;
  expect(await run(text, { timeoutMs: 500 })).toEqual(ok({ kind: "timed-out", timeoutMs: 500 }));
  await writeFile(trace, "ended");
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await readFile(trace, "utf8")).toBe("ended");
});

test("a script that prints without end is cut off", async () => {
  const printed = await printedBy("while true; do echo 1.2.3; done");
  expect(printed.length).toBe(4097);
});

test("its exit code and complaint are told", async () => {
  expect(await run("echo 1.0; echo broken >&2; exit 3")).toEqual(
    ok({ kind: "exited", exitCode: 3, stdout: "1.0", stderr: "broken" }),
  );
});
