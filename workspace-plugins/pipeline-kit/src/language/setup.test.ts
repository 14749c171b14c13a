import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { checkVersion, variablesOfCheck } from "./setup.ts";
import { parseWanted } from "./version.ts";

const check = checkVersion({ name: "node", version: "node --version", image: "node" });

/** A machine on which this is what Node says. */
function machineSaying(says: string) {
  const folder = mkdtempSync(path.join(tmpdir(), "setup-"));
  const program = path.join(folder, "bin", "node");
  mkdirSync(path.dirname(program));
  writeFileSync(program, `#!/bin/sh\necho ${says}\n`);
  chmodSync(program, 0o755);
  return {
    folder,
    setUp: (text: string, shell = "sh") => {
      const wanted = parseWanted(text) ?? { version: text, isMinimum: false };
      const env = { PATH: `${folder}/bin:/usr/bin:/bin`, ...variablesOfCheck(wanted) };
      const { status, stderr } = spawnSync(shell, ["-e", "-c", check(wanted)], {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      return { status, error: String(stderr).trimEnd().split("\n") };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

test.for([
  ["22", "v22.3.0", true],
  ["22.3", "v22.3.0", true],
  ["22.3.0", "v22.3.0", true],
  ["2", "v22.3.0", false],
  ["22.30", "v22.3.0", false],
  ["22.3.0-rc1", "v22.3.0", true],
  [">=20", "v22.3.0", true],
  [">=20.10.1", "v20.9.0", false],
  [">=20.9", "v20.10.0", true],
  [">=22.3.0", "v22.3.0", true],
  [">=23", "v22.3.0", false],
  ["stable", "v22.3.0", true],
  ["22", "nothing", false],
  [">=22", "nothing", false],
  ["stable", "nothing", false],
] as const)("where %s is wanted, %s is taken: %j", ([wanted, says, expected]) => {
  using machine = machineSaying(says);
  for (const shell of ["sh", "bash"]) {
    expect(machine.setUp(wanted, shell).status === 0, shell).toBe(expected);
  }
});

test("a version that is not there is told with what is there and what to do", () => {
  using machine = machineSaying("v20.1.0");
  expect(machine.setUp(">=22")).toEqual({
    status: 1,
    error: [
      "node 22 or newer is wanted, and there is 20.1.0.",
      "Give the job an image that has it, such as node:22, or a runner.",
    ],
  });
});

test("a version is text, and no code", () => {
  using machine = machineSaying("v20.1.0");
  expect(machine.setUp("$(touch made)").status).toBe(0);
  expect(machine.setUp("20; touch made").status).toBe(0);
  expect(readdirSync(machine.folder)).toEqual(["bin"]);
});
