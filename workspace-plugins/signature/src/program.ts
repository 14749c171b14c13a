import type { ExecFileOptionsWithBufferEncoding, PromiseWithChild } from "node:child_process";

/**
 * Runs a program to its end, without a shell; a failure is the error of `execFile`. What runs programs is loaded with the
 * first: it takes 5 ms, and most commands run none.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: Omit<ExecFileOptionsWithBufferEncoding, "encoding">,
): PromiseWithChild<{ readonly stdout: Buffer; readonly stderr: Buffer }> {
  const { promisify } = process.getBuiltinModule("node:util");
  const { execFile } = process.getBuiltinModule("node:child_process");
  return promisify(execFile)(file, args, { ...options, encoding: "buffer" });
}
