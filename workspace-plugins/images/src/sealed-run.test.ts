import { fail, isDigest } from "@slipway/signature";
import { describe, expect, test } from "vitest";
import type { ContainerSpec } from "./container.ts";
import type { EngineFailure } from "./engine-failure.ts";
import {
  askVersion,
  readVersion,
  runSealed,
  saysVersion,
  shownAnswer,
  verifyVersion,
} from "./sealed-run.ts";

const image = `sha256:${"a".repeat(64)}`;
const said = {
  runc: 'runc create failed: exec: "bash": executable file not found in $PATH: unknown',
  crun: "crun: executable file `bash` not found in $PATH: No such file or directory",
};

function refusing(detail: string) {
  const failure: EngineFailure = {
    reason: "engine-refused",
    operation: "start",
    status: 400,
    detail,
  };
  if (!isDigest(image)) throw new Error("internal: not a digest");
  const session = {
    engine: { run: async () => Promise.resolve(fail(failure)) },
    signal: AbortSignal.timeout(10_000),
  };
  return { session, image, failure };
}

describe("a command that the image does not have", () => {
  test.each(Object.entries(said))("ends as in a shell, by %s's words", async (_, detail) => {
    const { session, image: id } = refusing(detail);
    expect(await askVersion(session, id, "tool")).toMatchObject({
      value: { exitCode: 127, output: "tool: not found in the image" },
    });
  });

  test("is no command of the agent's name, or no bash for version.sh", async () => {
    const { session, image: id } = refusing(said.runc);
    const building = { ...session, progress: () => undefined };
    const built = { agent: "tool", id, logFile: "log" };
    expect(await verifyVersion(building, built, "1.0.0")).toMatchObject({
      failure: {
        reason: "agent-version-differs",
        answered: "tool: not found in the image (exit code 127)",
      },
    });
    const agent = { folder: "agents/tool", definition: [] };
    expect(await readVersion(building, id, agent)).toMatchObject({
      failure: { reason: "version-script-failed", output: "bash: not found in the image" },
    });
  });

  test("is not what any other refusal means", async () => {
    const { session, image: id, failure } = refusing("no such image");
    expect(await runSealed(session, id, { command: ["bash"] })).toEqual(fail(failure));
  });
});

describe("the version that an agent says", () => {
  const says = (output: string, version = "1.2.3") =>
    saysVersion({ exitCode: 0, oomKilled: false, output }, version);

  test.each([
    "1.2.3",
    "tool 1.2.3 (Some Tool)\n",
    "Tool CLI v1.2.3.\nCommit: 0ab",
    "tool/1.2.3 linux-x64 node-v26.1.0",
    "tool@1.2.3",
    "\u001B[1m\u001B[32m1.2.3\u001B[0m\n",
  ])("is found in %j", (output) => {
    expect(says(output)).toBe(true);
  });

  test.each([
    "11.2.3",
    "1.2.3.4",
    "1.2.3-beta",
    "1.2.30",
    "0.1.2.3",
    "1.2.3rc1",
    "rev1.2.3",
    "1-2-3",
    "",
  ])("is not found in %j", (output) => {
    expect(says(output)).toBe(false);
  });

  test("is one where it has letters and signs of its own, and none of an agent that failed", () => {
    expect(says("tool 1.2.3-beta.1+5", "1.2.3-beta.1+5")).toBe(true);
    expect(saysVersion({ exitCode: 1, oomKilled: false, output: "1.2.3" }, "1.2.3")).toBe(false);
  });

  test("is told with what was killed for its memory, which no exit code need say", () => {
    expect(shownAnswer({ exitCode: 0, oomKilled: true, output: "" })).toContain("for its memory");
    expect(shownAnswer({ exitCode: 0, oomKilled: false, output: "x" })).toBe("x (exit code 0)");
  });
});

test("version.sh is run once, sealed off, by programs that do not try again for a network", async () => {
  const { session, image: id, failure } = refusing("no such image");
  const asked: ContainerSpec[] = [];
  const run = async (spec: ContainerSpec): ReturnType<typeof session.engine.run> => {
    asked.push(spec);
    return Promise.resolve(fail(failure));
  };
  await readVersion({ ...session, engine: { run } }, id, { folder: "agents/tool", definition: [] });
  expect(asked).toMatchObject([
    {
      network: "none",
      readOnlyRoot: true,
      environment: { NPM_CONFIG_FETCH_RETRIES: "0", PIP_RETRIES: "0" },
    },
  ]);
});
