import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

const hostile = "a\u001b[2Jb\u009b2Jc\u007f\u202ed\te\nf";

/** In a process of its own, whose output is read as it is. */
function written(code: string): string {
  const lines = JSON.stringify(path.join(import.meta.dirname, "lines.ts"));
  const program = `
    import { openLines } from ${lines};
    const hostile = ${JSON.stringify(hostile)};
    ${code}
  `;
  const args = ["--no-warnings", "--input-type=module-typescript", "-e", program];
  return execFileSync("sh", ["-c", 'exec "$0" "$@" 2>&1', process.execPath, ...args], {
    encoding: "utf8",
  });
}

const shown = String.raw`a\x1b[2Jb\u009b2Jc\u007f\u202ed` + "\te\nf\n";

test("what a terminal would obey is shown, in a line and in progress", () => {
  expect(written("openLines().line(hostile)")).toBe(shown);
  expect(written("openLines().progress(hostile)")).toBe(`  · ${shown}`);
});

test("JSON says the same, and nothing of it reaches a terminal", () => {
  const text = written("openLines().line(JSON.stringify({ hostile }))");
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
  expect(JSON.parse(text)).toEqual({ hostile });
});

test("a reader that goes before the end ends us as SIGPIPE would, and nothing is said of it", async () => {
  const program = `
    import { openLines } from ${JSON.stringify(path.join(import.meta.dirname, "lines.ts"))};
    const { line } = openLines();
    line("ready");
    process.stdin.once("data", () => line("more"));
  `;
  const args = ["--no-warnings", "--input-type=module-typescript", "-e", program];
  const child = spawn(process.execPath, args);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  await once(child.stdout, "data");
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.end("go");
  await once(child, "close");
  expect([child.exitCode, said]).toEqual([141, ""]);
});
