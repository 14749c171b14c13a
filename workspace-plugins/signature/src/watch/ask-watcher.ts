import { realpathSync } from "../file-system.ts";
import { readAnswer, writeQuestion } from "./messages.ts";
import type { Answer, Question } from "./messages.ts";
import { identityOf, readAddress } from "./place.ts";

export type { TreeAnswer } from "./messages.ts";

/** Whoever gets no answer looks for itself. */
export type Asked = Answer | { readonly state: "no-watcher" | "no-answer" | "other-version" };

/** A watcher that has just seen a large change takes as long as a walk; one that was stopped never answers. */
const defaultPatienceMs = 5000;

/** Asks the watcher of a folder. Imports next to nothing: a command that only asks lives for a few milliseconds. */
export async function askWatcher(
  folder: string,
  question: Question,
  patienceMs: number = defaultPatienceMs,
): Promise<Asked> {
  const socket = readAddress(folder);
  if (socket === undefined) return { state: "no-watcher" };
  const root = identityOf(realpathSync(folder));
  if (root === undefined) return { state: "no-watcher" };
  // Loaded here: most commands find no watcher.
  const { exchangeLine } = await import("./socket.ts");
  const line = await exchangeLine(socket, writeQuestion(root, question), patienceMs);
  if (line === undefined) return { state: "no-answer" };
  return readAnswer(root, line) ?? { state: "other-version" };
}
