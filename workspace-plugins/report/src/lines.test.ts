import { execFileSync } from "node:child_process";
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
