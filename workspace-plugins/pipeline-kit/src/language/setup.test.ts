import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { setupScript } from "./setup.ts";

const script = setupScript({
  name: "node",
  version: "node --version",
  toolFolder: "node",
  image: "node:VERSION",
});

/** Bash takes a socket, which is what Node makes a pipe of, for a login from far, and reads other files. */
const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];

const shells = ["sh", "bash"] as const;

/** A machine on which these say that they are Node. */
class Machine {
  readonly folder = mkdtempSync(path.join(tmpdir(), "setup-"));
  readonly tools = path.join(this.folder, "tools");

  put(place: string, says: string): this {
    const file = path.join(this.folder, place, "node");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho ${says}\n`);
    chmodSync(file, 0o755);
    return this;
  }

  setup(wanted: string, more: Readonly<Record<string, string>> = {}, shell = "sh") {
    const env = {
      PATH: `${this.folder}/bin:/usr/bin:/bin`,
      RUNNER_TOOL_CACHE: this.tools,
      SLIPWAY_WANTED: wanted,
      ...more,
    };
    const { status, stdout, stderr } = spawnSync(shell, ["-e", "-c", script], { env, stdio });
    return { status, out: String(stdout).trimEnd(), error: String(stderr).trimEnd().split("\n") };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
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
] as const)("where %s is wanted, %s is taken: %j", ([wanted, says, expected]) => {
  for (const shell of shells) {
    using machine = new Machine().put("bin", says);
    expect(machine.setup(wanted, {}, shell).status === 0, shell).toBe(expected);
  }
});

test("a version that is not there is told with what is there and what to do", () => {
  using machine = new Machine().put("bin", "v20.1.0");
  expect(machine.setup(">=22")).toEqual({
    status: 1,
    out: "",
    error: [
      "node >=22 is wanted, and there is 20.1.0.",
      "Give the job an image that has it, such as node:22, or a runner.",
    ],
  });
});

test("a version that the machine keeps is put on the path of later steps, where there is a way", () => {
  using machine = new Machine().put("bin", "v20.1.0").put("tools/node/22.3.0/x64/bin", "v22.3.0");
  const place = `${machine.tools}/node/22.3.0/x64/bin`;
  const file = path.join(machine.folder, "way");
  const said = { status: 0, out: `node 22.3.0 of ${place}`, error: [""] };
  expect(machine.setup("22", { GITHUB_PATH: file })).toEqual(said);
  expect(readFileSync(file, "utf8")).toBe(`${place}\n`);
  rmSync(file);
  expect(machine.setup("22", { BASH_ENV: file })).toEqual(said);
  const env = { PATH: `${machine.folder}/bin:/usr/bin:/bin`, BASH_ENV: file };
  expect(execFileSync("bash", ["-c", "node --version"], { env, stdio, encoding: "utf8" })).toBe(
    "v22.3.0\n",
  );
  expect(machine.setup("22").status).toBe(1);
});

test("a version is text, and no code", () => {
  using machine = new Machine().put("bin", "v20.1.0");
  const file = path.join(machine.folder, "made");
  expect(machine.setup(`$(touch ${file})`).status).toBe(0);
  expect(() => readFileSync(file)).toThrow("ENOENT");
});
