import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { commands } from "../commands.ts";
import { completionScript } from "./completion-script.ts";

const known = [
  { name: "pkg add", takes: "<reference> [--json]", does: "lock it" },
  {
    name: "pkg add file",
    takes: "<file>...",
    does: "the package's list",
    options: { "--force": "" },
  },
  { name: "pkg login", takes: "", does: "", options: { "-u, --username <user>": "" } },
  { name: "run", takes: "[-t <targets>]", does: "run it" },
];

const bash = completionScript("bash", known);

/** What bash offers for the last of the words. */
function offered(...words: readonly string[]): readonly string[] {
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = `${bash}\nCOMP_WORDS=(slipway ${list}); COMP_CWORD=${words.length}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc"], { input: script, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.trim() === "" ? [] : stdout.trim().split("\n");
}

test.for([
  [[""], ["pkg", "run"]],
  [["p"], ["pkg"]],
  [
    ["pkg", ""],
    ["add", "login"],
  ],
  [["pkg", "a"], ["add"]],
  [["pkg", "add", ""], ["file"]],
  [
    ["pkg", "add", "-"],
    ["--help", "--json"],
  ],
  [
    ["pkg", "add", "file", "-"],
    ["--force", "--help"],
  ],
  [["pkg", "add", "file", "a.py", "--f"], ["--force"]],
  [["pkg", "add", "--json", ""], ["file"]],
  [
    ["pkg", "login", "-"],
    ["--help", "--username", "-u"],
  ],
  // Then bash goes on to the names of files.
  [["pkg", "add", "file", ""], []],
  [["pkg", "nothing", ""], []],
] as const)("bash: %j is completed by %j", ([words, expected]) => {
  expect(offered(...words)).toEqual(expected);
});

test("all commands are in it, as they are", async () => {
  const script = completionScript("bash", commands);
  for (const { name } of commands) expect(script).toContain(`\n${name}|`);
});

const isThere = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

/** What a shell that reads a script from a file, since fish reads none from a pipe, says. */
async function read(shell: string, options: readonly string[], script: string) {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-completion-"));
  try {
    const file = path.join(folder, "script");
    await writeFile(file, script);
    const { status, stdout, stderr } = spawnSync(shell, [...options, file], { encoding: "utf8" });
    return { status, stderr, lines: stdout.trimEnd().split("\n") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// A shell that is not installed cannot say whether it could read the script.
test.for(["zsh", "fish"] as const)("%s reads its script", async (shell, { skip }) => {
  skip(!isThere(shell), `${shell} is not installed`);
  const { status, stderr } = await read(shell, ["-n"], completionScript(shell, commands));
  expect([status, stderr]).toEqual([0, ""]);
});

test.skipIf(!isThere("fish"))("fish completes words and options", async () => {
  const script = completionScript("fish", known);
  const offers = async (line: string) =>
    (await read("fish", ["--no-config"], `${script}\ncomplete -C ${JSON.stringify(line)}`)).lines;
  expect(await offers("slipway pkg ")).toEqual(["add\tlock it", "login"]);
  expect((await offers("slipway pkg add file --")).toSorted()).toEqual(["--force", "--help"]);
});

test.skipIf(!isThere("zsh"))("zsh completes words and options", async () => {
  const script = completionScript("zsh", known);
  const offers = async (...words: readonly string[]) => {
    const list = words.map((word) => `'${word}'`).join(" ");
    const call = `words=(slipway ${list}); CURRENT=${words.length + 1}; _slipway`;
    // Of zsh's own system only what is called here stands in, as it needs a terminal.
    const system = `compdef() {}\ncompadd() { shift; print -l -- "$@" }`;
    return (await read("zsh", ["-f"], `${system}\n${script}\n${call}`)).lines;
  };
  expect(await offers("pkg", "")).toEqual(["add", "login"]);
  expect(await offers("pkg", "add", "file", "-")).toEqual(["--force", "--help"]);
});
