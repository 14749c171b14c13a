import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import { describe, expect, test } from "vitest";
import type { PackageFile } from "./content.ts";
import { readLayer, writeLayer } from "./layer.ts";
import { isPackagePath } from "./package-path.ts";

function file(path: string, text: string): PackageFile {
  if (!isPackagePath(path)) throw new Error(path);
  return { path, bytes: Buffer.from(text) };
}

const long = `${"folder/".repeat(30)}ü.py`;
const files = [file("b.py", "b"), file("a/a.py", "a"), file(long, "long")];

test("equal files give equal bytes in any order, and are read back", async () => {
  const layer = await writeLayer(files);
  expect(layer.equals(await writeLayer(files.toReversed()))).toBe(true);
  const read = await readLayer(layer);
  const paths = read.ok ? read.value.map((each) => each.path) : [];
  expect(paths).toEqual(["a/a.py", "b.py", long]);
});

test("a header is that of a regular file of nobody, mode 0644, at the epoch, in USTAR", async () => {
  const layer = await writeLayer([file("a.py", "x = 1\n")]);
  expect(layer.byteLength).toBe(512 * 4);
  const field = (from: number, to: number) => layer.toString("latin1", from, to);
  expect(field(0, 5)).toBe("a.py\0");
  expect(field(100, 107)).toBe("000644 ");
  expect(field(136, 147)).toBe("00000000000");
  expect(field(156, 157)).toBe("0");
  expect(field(257, 265)).toBe("ustar\u000000");
  expect(field(265, 329).replaceAll("\0", "")).toBe("");
});

type Entry = { readonly name: string; readonly type?: "file" | "symlink" | "directory" | "link" };

async function check(entries: readonly Entry[], problem: string): Promise<void> {
  const pack = tar.pack();
  for (const { name, type = "file" } of entries) {
    const header = { name, type, mode: 0o644, linkname: "/etc/passwd" };
    pack.entry(type === "file" ? { name, mode: 0o644 } : header, type === "file" ? "x" : "");
  }
  pack.finalize();
  expect(await readLayer(await buffer(pack))).toMatchObject({ ok: false, failure: { problem } });
}

describe("a layer is refused whole", () => {
  test.for<readonly [string, readonly Entry[], string]>([
    ["a way up", [{ name: "ok.py" }, { name: "../x" }], "traversal"],
    ["a way up in the middle", [{ name: "a/../../x" }], "traversal"],
    ["an absolute path", [{ name: "/etc/x" }], "absolute"],
    ["a drive", [{ name: "C:/x" }], "absolute"],
    ["a backslash", [{ name: String.raw`a\..\x` }], "backslash"],
    ["a control character", [{ name: "a\u001B[2J" }], "control-character"],
    ["an unclean path", [{ name: "./a" }], "empty-segment"],
    ["a symbolic link", [{ name: "a", type: "symlink" }], "not-a-file"],
    ["a hard link", [{ name: "a", type: "link" }], "not-a-file"],
    ["a folder", [{ name: "a/", type: "directory" }], "not-a-file"],
    ["a name twice", [{ name: "a" }, { name: "a" }], "duplicate"],
    ["a file under a file", [{ name: "a" }, { name: "a/b" }], "file-and-folder"],
  ])("for %s", ([, entries, problem]) => check(entries, problem));

  test("when it is not a tar, or is cut off", async () => {
    const problem = { ok: false, failure: { problem: "not-a-tar" } };
    expect(await readLayer(Buffer.alloc(1024, 7))).toMatchObject(problem);
    const whole = await writeLayer([file("a.py", "x".repeat(2000))]);
    expect(await readLayer(whole.subarray(0, 1024))).toMatchObject(problem);
  });
});
