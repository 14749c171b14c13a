import { expect, test } from "vitest";
import { asScript, withShellLineEnds } from "./scripts.ts";

test("a script runs whatever rights and line ends it was saved with; nothing else of it changes", () => {
  const bytes = Buffer.from("#!/bin/sh\r\necho \u00e9 \r\n", "latin1");
  const unix = Buffer.from("#!/bin/sh\necho \u00e9 \n", "latin1");
  const name = "definition/more/help.sh";
  expect(asScript({ name, bytes })).toEqual({ name, bytes: unix, executable: true });
  expect(asScript({ name, bytes: unix })).toEqual({ name, bytes: unix, executable: true });
  expect(withShellLineEnds({ name, bytes, executable: false })).toEqual({
    name,
    bytes: unix,
    executable: false,
  });
});

test("what is no script stays as it is", () => {
  const others = [
    { name: "definition/data.txt", bytes: Buffer.from("a\r\nb") },
    { name: "definition/link.sh", linkTarget: "install.sh" },
  ];
  expect(others.map(asScript)).toEqual(others);
  expect(others.map(withShellLineEnds)).toEqual(others);
});
