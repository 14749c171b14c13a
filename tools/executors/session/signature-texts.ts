import path from "node:path";
import { readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";

const Texts = z.record(z.string(), z.string());

/** What the `signature` targets of a command are to write, in one file: found before the tasks, by target. */
export async function writeSignatureTexts(
  folder: string,
  found: ReadonlyMap<string, Result<string, unknown>>,
): Promise<void> {
  const texts = [...found].flatMap(([id, text]) => (text.ok ? [[id, text.value]] : []));
  if (texts.length === 0) return;
  await writeFileAtomically(fileIn(folder), JSON.stringify(Object.fromEntries(texts)));
}

/** By target; empty where nothing was found before the tasks. */
export async function readSignatureTexts(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readTextIfPresent(fileIn(folder));
  return new Map(text === undefined ? [] : Object.entries(Texts.parse(JSON.parse(text))));
}

function fileIn(folder: string): string {
  return path.join(folder, "signatures.json");
}
