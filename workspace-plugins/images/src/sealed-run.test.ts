import { fail, isDigest } from "@slipway/signature";
import { describe, expect, test } from "vitest";
import type { EngineFailure } from "./engine-failure.ts";
import { askVersion, readVersion, runSealed, verifyVersion } from "./sealed-run.ts";

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
