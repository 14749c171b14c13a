import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs a program to its end, without a shell; a failure is the error of `execFile`. */
export const runProgram = promisify(execFile);
