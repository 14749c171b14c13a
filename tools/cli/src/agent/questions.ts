import { createInterface } from "node:readline/promises";
import type { Asker } from "@slipway/images";
import { printableLine } from "@slipway/report/printable";
import { columns } from "@slipway/report/table";

/** Asks at the terminal, on stderr: stdout is the agent's. Ends with `using`. */
export function openAsker(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Asker & Disposable {
  const lines = createInterface({ input, output, terminal: true });
  const say = (text: string): void => void output.write(`${text}\n`);
  const stopping = new AbortController();
  lines.on("SIGINT", () => stopping.abort()).on("close", () => stopping.abort());
  const ask = async (prompt: string): Promise<string | undefined> => {
    try {
      // A definition's words are in it: with escapes a question could look like another.
      const shown = printableLine(prompt);
      return (await lines.question(shown, { signal: stopping.signal })).trim();
    } catch (error) {
      // The end of the input, or Ctrl-C.
      if (stopping.signal.aborted) return undefined;
      throw error;
    }
  };
  return {
    pickOne: async ({ question, rows, usual }) => {
      say([`${printableLine(question)}:`, ...numbered(rows)].join("\n"));
      for (;;) {
        const answer = await ask(`Which one? [${rows[usual]?.[0] ?? ""}] `);
        if (answer === undefined) return undefined;
        const at = answer === "" ? usual : placeOf(answer, rows);
        if (at !== undefined) return at;
        say(`${answer} is none of them: a number or a name is wanted`);
      }
    },
    pickSome: async ({ question, rows }) => {
      say([`${printableLine(question)}:`, ...numbered(rows)].join("\n"));
      for (;;) {
        const answer = await ask("Which? [none] ");
        if (answer === undefined) return undefined;
        const words = answer.split(/[\s,]+/).filter((word) => word !== "");
        const places = words.map((word) => placeOf(word, rows));
        const wrong = words.filter((_, at) => places[at] === undefined);
        if (wrong.length === 0) return places.filter((at) => at !== undefined);
        say(`${wrong.join(", ")}: none of them; numbers or names are wanted`);
      }
    },
    agree: async (question) => {
      for (;;) {
        const answer = (await ask(`${question} [y/N] `))?.toLowerCase();
        if (answer === undefined) return undefined;
        if (["y", "yes"].includes(answer)) return true;
        if (["", "n", "no"].includes(answer)) return false;
        say("y or n is wanted");
      }
    },
    enter: ask,
    [Symbol.dispose]: () => lines.close(),
  };
}

type Rows = readonly (readonly [name: string, description: string])[];

function numbered(rows: Rows): readonly string[] {
  return columns(rows.map(([name, description], at) => [`  ${at + 1}`, name, description]));
}

function placeOf(answer: string, rows: Rows): number | undefined {
  const named = rows.findIndex(([name]) => name === answer);
  if (named !== -1) return named;
  const at = Number(answer) - 1;
  return Number.isInteger(at) && rows[at] !== undefined ? at : undefined;
}
