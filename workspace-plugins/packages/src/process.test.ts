import { describe, expect, test } from "vitest";
import { askReader } from "./process.ts";

const { signal } = new AbortController();
const { PATH } = process.env;

async function ask(code: string, with_: Partial<Parameters<typeof askReader>[2]> = {}) {
  const options = { input: "", signal, limitMs: 30_000, environment: { PATH }, ...with_ };
  return askReader(process.execPath, ["--eval", code], options);
}

describe("a reader", () => {
  test("answers to its input", async () => {
    const code = "process.stdin.pipe(process.stdout)";
    expect(await ask(code, { input: "asked\n" })).toEqual({ state: "done", output: "asked" });
  });

  test("gets PATH and HOME of the environment, and nothing that could steer it", async () => {
    const environment = { PATH, HOME: "/home", NODE_OPTIONS: "--bad", PYTHONPATH: "/tmp" };
    const code =
      "console.log(['HOME', 'NODE_OPTIONS', 'PYTHONPATH'].filter((n) => n in process.env).join())";
    expect(await ask(code, { environment })).toEqual({ state: "done", output: "HOME" });
  });

  test("that goes on for too long is ended, and what it said until then is kept", async () => {
    const options = { input: "", signal, limitMs: 1000, environment: { PATH } };
    const read = await askReader("sh", ["-c", "echo begun; exec sleep 600"], options);
    expect(read).toEqual({ state: "timed-out", output: "begun" });
  });

  test("that breaks down is told with its complaint", async () => {
    const code = "console.log('begun'); console.error('why'); process.exitCode = 3";
    expect(await ask(code)).toEqual({ state: "ended", output: "begun", complaint: "why" });
    expect(await ask("process.kill(process.pid, 'SIGKILL')")).toMatchObject({ state: "ended" });
  });

  test("that is not there is absent", async () => {
    const options = { input: "", signal, limitMs: 1000, environment: { PATH } };
    expect(await askReader("slipway-no-such-program", [], options)).toEqual({ state: "absent" });
  });

  test("ends with the signal", async () => {
    const stopping = new AbortController();
    const asked = ask("setInterval(() => {}, 1000)", { signal: stopping.signal });
    stopping.abort();
    await expect(asked).rejects.toThrow("aborted");
  });
});
