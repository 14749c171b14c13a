import { digestOf, fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { expect, test } from "vitest";
import type { ImagesFailure } from "../failure.ts";
import { findVersion, mostPrinted } from "./find-version.ts";
import type { ScriptEnd } from "./find-version.ts";
import type { VersionScript } from "./version-script.ts";

const script: VersionScript = {
  agent: "codex",
  file: "agents/codex/version.sh",
  members: [],
  digest: digestOf("version.sh"),
};

type Run = Result<ScriptEnd, ImagesFailure>;

const printed = (stdout: string): Run => ok({ kind: "exited", exitCode: 0, stdout, stderr: "" });
const exited = (exitCode: number, stderr: string, stdout = ""): Run =>
  ok({ kind: "exited", exitCode, stdout, stderr });
const noBuilder: Result<never, ImagesFailure> = fail({
  reason: "builder-absent",
  agent: "codex",
  bases: ["debian"],
});

/** Answers with what was found, and with who was asked in which order. */
async function find(
  builder: Run | Result<never, ImagesFailure>,
  host: Run | undefined,
  { isStopped = false } = {},
) {
  const asked: string[] = [];
  const controller = new AbortController();
  const run = (where: string, end: Run) => async () => {
    asked.push(where);
    if (isStopped) controller.abort();
    return end;
  };
  const hasBuilder = builder !== noBuilder;
  const found = await findVersion(script, {
    builderFor: async () =>
      hasBuilder ? ok({ identity: "image", run: run("builder", builder) }) : noBuilder,
    onHost: host === undefined ? undefined : run("host", host),
    cache: { through: async (_lookup, look) => look() },
    signal: controller.signal,
  });
  return { found, asked };
}

const unknown = (...attempts: readonly unknown[]) =>
  fail({ reason: "version-unknown", agent: "codex", file: script.file, attempts });

test("the builder image is asked first, and nobody else if it answers", async () => {
  expect(await find(printed("1.2.3\n"), printed("9.9.9\n"))).toEqual({
    found: ok({ version: "1.2.3", source: "builder", definition: script.digest }),
    asked: ["builder"],
  });
});

test.each<[string, Run]>([
  ["ends otherwise", exited(127, "npm: not found")],
  ["takes too long", ok({ kind: "timed-out", timeoutMs: 20_000 })],
  ["prints several lines", printed("1.0\n2.0\n")],
  ["cannot be run there", fail({ reason: "engine-absent", endpoint: "x", detail: "y" })],
  ["has no builder image", noBuilder],
])("the host is asked where the script %s", async (_, builder) => {
  const { found, asked } = await find(builder, printed("2.0.0\n"));
  expect(found).toEqual(ok({ version: "2.0.0", source: "host", definition: script.digest }));
  expect(asked.at(-1)).toBe("host");
});

test("where neither answers, the failure has what both said", async () => {
  const { found } = await find(
    exited(1, "no network"),
    ok({ kind: "timed-out", timeoutMs: 15_000 }),
  );
  expect(found).toEqual(
    unknown(
      { where: "builder", problem: "exited", exitCode: 1, printed: "no network" },
      { where: "host", problem: "timed-out", timeoutMs: 15_000 },
    ),
  );
});

test("without a request only the builder image is asked", async () => {
  expect(await find(printed(""), undefined)).toEqual({
    found: unknown({ where: "builder", problem: "nothing-printed", printed: "" }),
    asked: ["builder"],
  });
});

test("more than a version and a little is refused, and what is shown of it is bounded", async () => {
  const { found } = await find(printed(`1${" ".repeat(mostPrinted)}`), printed("a b".repeat(400)));
  const shown = `… ${"a b".repeat(400).slice(-500)}`;
  expect(found).toEqual(
    unknown(
      { where: "builder", problem: "too-much-printed", printed: "1" },
      { where: "host", problem: "not-a-version", printed: shown },
    ),
  );
});

test("users and passwords of addresses are not shown", async () => {
  const { found } = await find(exited(1, "GET https://ann:secret@npm.example/x"), undefined);
  expect(JSON.stringify(found)).not.toMatch(/ann|secret/);
  expect(JSON.stringify(found)).toContain("https://npm.example/x");
});

test("who stops it in the builder image does not start it on the host", async () => {
  expect(await find(exited(137, ""), printed("1.0.0"), { isStopped: true })).toEqual({
    found: fail({ reason: "version-interrupted", agent: "codex" }),
    asked: ["builder"],
  });
});
