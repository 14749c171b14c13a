import { execFile } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");
const plugins = path.join(import.meta.dirname, "../../../../workspace-plugins");

async function run(...words: readonly string[]) {
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    execFile(process.execPath, [cli, "ci", "plugin", "test", ...words], (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

test("a plugin that conforms is told check by check", async () => {
  const { code, out } = await run(path.join(plugins, "pipeline-sdk/test/greeter.ts"));
  expect(code).toBe(0);
  expect(out.split("\n").slice(0, 2)).toEqual([
    "lang/greeter  1.2.3",
    "ok            answers the handshake",
  ]);
});

test("a program that is no plugin fails with the reason", async () => {
  const { code, out, error } = await run("/bin/true", "--json");
  expect({ code, out: JSON.parse(out) as unknown }).toMatchObject({
    code: 1,
    out: {
      schema: 1,
      plugin: "/bin/true",
      checks: [{ name: "answers the handshake", failure: { reason: "plugin-ended", code: 0 } }],
    },
  });
  expect(error).toBe("");
});

test("a limit that no timer holds is refused", async () => {
  const { code, error } = await run("/bin/true", "--limit", "3000000000");
  expect(code).toBe(2);
  expect(error).toContain(
    "--limit is a number of milliseconds, 2147483647 at most, not 3000000000",
  );
});
