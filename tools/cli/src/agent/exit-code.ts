import type { Failure } from "@slipway/report";

const ofEngine: readonly Failure["reason"][] = [
  "engine-absent",
  "engine-lost",
  "engine-refused",
  "engine-timeout",
  "engine-unclear",
  "container-differs",
];

/** As of `docker run`: 125 the engine failed, 126 the command cannot be run, 127 there is no such command. */
export function exitCodeOf(failure: Failure): number {
  if (failure.reason === "engine-interrupted") return 130;
  if (failure.reason === "engine-refused" && failure.operation === "start") {
    return codeOfStart(failure.detail);
  }
  return ofEngine.includes(failure.reason) ? 125 : 1;
}

/** In the words of runc, which engines hand on. */
function codeOfStart(detail: string): number {
  if (/executable file not found|no such file or directory/i.test(detail)) return 127;
  return /permission denied|is a directory|exec format error/i.test(detail) ? 126 : 125;
}
