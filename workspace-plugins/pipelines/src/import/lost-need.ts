import type { At } from "./located.ts";
import type { ImportNote } from "./note.ts";

const manually = 'event == "manual"';

/** The condition of a job that would start at once, as what it waited for is left out: a person has to start it. */
export function conditionWithoutNeed(own: string | undefined): string {
  if (own === undefined) return manually;
  return `${manually} && ${own.includes("||") ? `(${own})` : own}`;
}

export function noteOfLostNeed(id: string, at: At): ImportNote {
  return {
    line: at.line,
    column: at.column,
    outcome: "changed",
    message: `the job ${id} runs only when a person starts it: a job that it waited for is left out`,
    hint: `write that job here, and put ${manually} away`,
  };
}
