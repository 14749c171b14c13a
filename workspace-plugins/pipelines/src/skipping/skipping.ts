export { answerFor, decideRun, recordSuccesses } from "./run-decisions.ts";
export type { RunQuestion } from "./run-decisions.ts";
export { eventReaders } from "./run-event.ts";
export type { RunEvent, RunProvider } from "./run-event.ts";
export type { Decision } from "./decide.ts";
export { openStore } from "./success-store.ts";
