import { expect, test } from "vitest";
import { guardWasi } from "./guarded-wasi.ts";

const [root, folder] = [3, 4];

/** What becomes of a path, where the WASI behind would let all through. */
function open(text: string, from = root, flags = 0): number {
  const memory = new ArrayBuffer(256);
  const passed: unknown[] = [];
  const wasi = {
    path_open: (...args: readonly unknown[]) => {
      passed.push(args);
      new DataView(memory).setUint32(200, folder, true);
      return 0;
    },
  };
  const { imports } = guardWasi(wasi, () => memory, {
    request: new Uint8Array(),
    files: ["Gemfile", "src/app.rb", "link"],
    isLink: (place) => place === "link",
    largestAnswerBytes: 0,
    log: () => {},
  });
  const ask = (file: number, path: string, oflags: number): number => {
    const length = Buffer.from(memory).write(path);
    return imports.path_open(file, 1, 0, length, oflags, ~0n, ~0n, 0, 200);
  };
  // Makes the descriptor of the folder.
  ask(root, "src", 0);
  return ask(from, text, flags);
}

const [noEntry, loop, readOnly] = [44, 32, 69];

test("only what is listed is opened, from each folder that is", () => {
  const check = (text: string, code: number, from = root) =>
    expect([text, open(text, from)]).toEqual([text, code]);
  check("Gemfile", 0);
  check("./src//app.rb", 0);
  check("src/../Gemfile", 0);
  check("app.rb", 0, folder);
  check("../Gemfile", 0, folder);
  check("app.rb", noEntry);
  check("../../Gemfile", noEntry, folder);
  check("../Gemfile", noEntry);
  check("/Gemfile", noEntry);
  check("Gemfile\0.txt", noEntry);
  check("none/../Gemfile", noEntry);
  check("Gemfile", noEntry, 77);
  check("link", loop);
  check("link/../Gemfile", loop);
});

test("nothing is made or emptied", () => {
  const [create, truncate] = [1, 8];
  expect(open("Gemfile", root, create)).toBe(readOnly);
  expect(open("Gemfile", root, truncate)).toBe(readOnly);
});

test("what is asked for to write is opened to read", () => {
  const memory = new ArrayBuffer(256);
  const rights: unknown[] = [];
  const wasi = {
    path_open: (...args: readonly unknown[]) => {
      rights.push(args[5], args[6]);
      return 0;
    },
  };
  const call = { request: new Uint8Array(), files: ["a"], largestAnswerBytes: 0 };
  const { imports } = guardWasi(wasi, () => memory, {
    ...call,
    isLink: () => false,
    log: () => {},
  });
  Buffer.from(memory).write("a");
  imports.path_open(root, 0, 0, 1, 0, ~0n, 1n << 6n, 0, 200);
  expect(rights).toEqual([0b1000001001000110000010100110n, 0n]);
});
