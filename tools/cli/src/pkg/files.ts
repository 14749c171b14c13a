import { addFiles, listOf, removeFiles } from "@slipway/packages/authoring/include-list";
import { openManifest } from "@slipway/packages/authoring/manifest-file";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openQuestions } from "./ask.ts";
import { openPackageCall } from "./package-call.ts";

const most = Number.POSITIVE_INFINITY;
const missing = "at least one file path is required";

export async function addFile({ args }: Call): Promise<number> {
  const options = { force: { type: "boolean" }, json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, most] });
  if (!read.ok) return tellUsage(read.failure);
  const prompt = "File paths (space-separated): ";
  const words = await wordsOf(read.value.words, prompt);
  if (!words.ok) return tellUsage(words.failure);
  const { force: isForced = false } = read.value.options;
  const { place, tell } = openPackageCall(read.value.options);
  return tell(await addFiles(place, { words: words.value, isForced }));
}

export async function removeFile({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, most] });
  if (!read.ok) return tellUsage(read.failure);
  const { place, tell, progress } = openPackageCall(read.value.options);
  if (read.value.words.length === 0) {
    const opened = await openManifest(place);
    if (!opened.ok) return tell(opened);
    const listed = listOf(opened.value);
    if (listed !== "auto") for (const pattern of listed) progress(pattern);
  }
  const words = await wordsOf(read.value.words, "File path(s) to remove (space-separated): ");
  if (!words.ok) return tellUsage(words.failure);
  return tell(await removeFiles(place, words.value));
}

async function wordsOf(given: readonly string[], prompt: string) {
  if (given.length > 0) return { ok: true, value: given } as const;
  using questions = openQuestions();
  const asked = await questions.wordFor(undefined, { prompt, missing });
  return asked.ok ? ({ ok: true, value: asked.value.split(/\s+/) } as const) : asked;
}
