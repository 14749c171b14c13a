import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";
import { interruptSignal } from "./interrupt.ts";

test("however often it is asked for, one listener waits for Ctrl-C", () => {
  const before = process.listenerCount("SIGINT");
  const signals = Array.from({ length: 20 }, () => interruptSignal());
  expect(new Set(signals).size).toBe(1);
  expect(process.listenerCount("SIGINT") - before).toBe(1);
});

test("the first Ctrl-C cancels, and the second ends what does not heed it", async () => {
  const file = path.join(import.meta.dirname, "interrupt.ts");
  const code = [
    `import { interruptSignal } from ${JSON.stringify(file)};`,
    "for (const word of ['one', 'two']) {",
    "  interruptSignal().addEventListener('abort', () => process.stdout.write(word));",
    "}",
    "setInterval(() => {}, 1000);",
    "process.stdout.write('ready');",
  ];
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code.join("\n")]);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  while (!said.endsWith("ready")) await once(child.stdout, "data");
  child.kill("SIGINT");
  while (!said.endsWith("two")) await once(child.stdout, "data");
  expect([said, child.exitCode, child.signalCode]).toEqual(["readyonetwo", null, null]);
  child.kill("SIGINT");
  await once(child, "close");
  expect(child.signalCode).toBe("SIGINT");
});
