import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { setVariable } from "./env-file.ts";

const id = "I".repeat(43);

test.each([
  ["an empty file", "", `ID=${id}\n`],
  ["a key that is there", "A=1\nID=old\nB=2\n", `A=1\nID=${id}\nB=2\n`],
  ["a new key", "# first\nA=1\n", `# first\nA=1\nID=${id}\n`],
  ["no end of the last line", "A=1", `A=1\nID=${id}`],
  ["CRLF, and a new key", "A=1\r\nB=2\r\n", `A=1\r\nB=2\r\nID=${id}\r\n`],
  ["CRLF, and a key that is there", "ID=old\r\nB=2\r\n", `ID=${id}\r\nB=2\r\n`],
  ["double quotes and a comment", 'ID="old" # why\n', `ID="${id}" # why\n`],
  ["single quotes", "ID='old'\n", `ID='${id}'\n`],
  ["no quotes and a comment", "ID=old  # why\n", `ID=${id}  # why\n`],
  ["export and spaces", "  export ID = old\n", `  export ID = ${id}\n`],
  ["an empty value", "ID=\nB=2\n", `ID=${id}\nB=2\n`],
  ["a key that only begins the same", "ID_OLD=1\nMY_ID=2\n", `ID_OLD=1\nMY_ID=2\nID=${id}\n`],
  ["a key in a comment", "# ID=old\nA=1\n", `# ID=old\nA=1\nID=${id}\n`],
  ["a key in a value over lines", 'A="x\nID=old\n"\nB=2\n', `A="x\nID=old\n"\nB=2\nID=${id}\n`],
  ["a key twice: the last counts", "ID=one\nID=two\n", `ID=one\nID=${id}\n`],
  ["a byte order mark", "\uFEFFID=old\n", `\uFEFFID=${id}\n`],
])("%s", (_, before, after) => {
  const written = setVariable(before, "ID", id);
  expect(written).toBe(after);
  expect(setVariable(written, "ID", id)).toBe(written);
});

test("Node reads the value that was set, and all others as before", () => {
  const before = 'A=1\nID="old" # x\nB="two\nlines"\nC=\'#no comment\'\n';
  expect(parseEnv(setVariable(before, "ID", id))).toEqual({ ...parseEnv(before), ID: id });
});
