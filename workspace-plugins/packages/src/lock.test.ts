import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { formatLock, parseLock, readLock } from "./lock.ts";

const hex = "ab".repeat(32);

const text = `{
  "version": 1,
  "packages": {
    "Zeta": {
      "version": "1.0.0\\u003c2",
      "integrity": "sha256:${hex}",
      "source": "localhost:5055/agents/zeta:1.0.0",
      "language": "javascript",
      "files": []
    },
    "my_utils": {
      "version": "1.0.0",
      "integrity": "sha256:${hex}",
      "source": "localhost:5055/agents/my-utils:1.0.0",
      "language": "python",
      "files": [
        "a.py",
        "aigogo.json"
      ]
    }
  }
}
`;

test("a lock is written as aigg writes it, byte for byte", () => {
  const lock = parseLock("aigogo.lock", text);
  expect(lock.ok && formatLock(lock.value)).toBe(text);
});

test("an unknown key and null for files are read over", () => {
  const old = text.replace('"files": []', '"files": null, "later": 1');
  expect(parseLock("aigogo.lock", old).ok).toBe(true);
});

type Change = readonly [
  why: string,
  from: string | RegExp,
  to: string,
  message: string,
  line: number,
];

describe("a hostile or broken lock is refused with its place", () => {
  test.for<Change>([
    ["a key that leads away", '"Zeta"', '"../../../src"', "one plain name", 4],
    ["an empty key", '"Zeta"', '""', "one plain name", 4],
    ["a hidden key", '"Zeta"', '".zeta"', "one plain name", 4],
    ["a scoped key", '"Zeta"', '"@a/b"', "one plain name", 4],
    ["a Python key that is no identifier", '"my_utils"', '"my-utils"', "one plain name", 11],
    ["an integrity that leads away", `sha256:${hex}`, "sha256:../../x", "64 lower-case hex", 6],
    ["an empty integrity", `sha256:${hex}`, "", "64 lower-case hex", 6],
    ["a file that leads away", '"a.py"', '"../a.py"', "relative path", 17],
    ["an absolute file", '"a.py"', '"/a.py"', "relative path", 17],
    [
      "a source that a terminal obeys",
      "agents/zeta:1.0.0",
      String.raw`agents/\u001b[2J:1.0.0`,
      "a control character",
      7,
    ],
    [
      "a version that a terminal obeys",
      String.raw`\u003c2`,
      String.raw`\u009b2J`,
      "a control character",
      5,
    ],
    ["a language nobody knows", '"python"', '"perl"', "", 15],
    ["a package twice", '"my_utils"', '"Zeta"', "unique", 11],
    ["another version", '"version": 1,', '"version": 2,', "", 2],
    ["marks of a merge", '  "packages"', '<<<<<<< HEAD\n  "packages"', "not JSON", 3],
    ["an end too early", /\}\n\}\n$/, "", "not JSON", 21],
  ])("%s", ([, from, to, message, line]) => {
    const lock = parseLock("aigogo.lock", text.replace(from, to));
    if (lock.ok || lock.failure.reason !== "package-file-invalid") throw new Error("was taken");
    const [problem] = lock.failure.problems;
    expect(problem?.message).toContain(message);
    expect(problem?.line).toBe(line);
  });

  test("an entry of aigg's cache files", () => {
    const cached = text.replace('"files": []', '"files": ["layer.tar", "metadata.json"]');
    const failure = { reason: "lock-entry-is-cache", lockFile: "aigogo.lock", key: "Zeta" };
    expect(parseLock("aigogo.lock", cached)).toEqual({ ok: false, failure });
  });
});

describe("what is no file is not read as a lock", () => {
  async function check(make: (file: string) => Promise<unknown>, error: string): Promise<void> {
    const root = await mkdtemp(path.join(tmpdir(), "slipway-lock-"));
    const file = path.join(root, "aigogo.lock");
    await make(file);
    const failure = { reason: "package-file-unreadable", file: "aigogo.lock", error };
    expect(await readLock(file, "aigogo.lock")).toEqual({ ok: false, failure });
    await rm(root, { recursive: true });
  }

  test("a link to what never ends", () =>
    check((file) => symlink("/dev/zero", file), "not a file"));
  test("a pipe that nobody writes to", () =>
    check(async (file) => execFileSync("mkfifo", [file]), "not a file"));
  test("what fills the memory", () =>
    check(async (file) => {
      await writeFile(file, "");
      await truncate(file, 2 ** 30);
    }, "larger than a lock may be"));
});
