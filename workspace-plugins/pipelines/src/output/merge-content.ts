import { mergeValues } from "./merge-values.ts";
import type { Given } from "./merge-values.ts";
import type { MergeFailure } from "./output-failure.ts";
import type { MergedFile, Piece } from "./piece.ts";
import { parseStructured, printStructured } from "./structured.ts";
import type { StructuredFormat } from "./structured.ts";

/** The file that pieces of one path and format make, in their order. None where they contradict each other, which is told. */
export function mergeContent(
  pieces: readonly Piece[],
  tell: (failure: MergeFailure) => void,
): readonly MergedFile[] {
  const [first] = pieces;
  if (first === undefined) return [];
  const content = contentOf(first.format, pieces, tell);
  if (content === undefined) return [];
  const isExecutable = pieces.some((piece) => piece.isExecutable);
  return [{ path: first.path, format: first.format, content, isExecutable }];
}

function contentOf(
  format: MergedFile["format"],
  pieces: readonly Piece[],
  tell: (failure: MergeFailure) => void,
): string | undefined {
  const texts = pieces.map(({ content }) => linesOf(content));
  if (format === "TEXT" || format === "GROOVY") return texts.join("");
  // As its plugin wrote it, with its comments.
  const [only = ""] = texts;
  return texts.length === 1 ? only : mergedText(format, pieces, tell);
}

/** With line feeds alone, one at the end, and no byte order mark. */
function linesOf(text: string): string {
  const lines = text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  return lines === "" || lines.endsWith("\n") ? lines : `${lines}\n`;
}

function mergedText(
  format: StructuredFormat,
  pieces: readonly Piece[],
  tell: (failure: MergeFailure) => void,
): string | undefined {
  const given: Given[] = [];
  const failures: MergeFailure[] = [];
  for (const { plugin, path, content } of pieces) {
    const parsed = parseStructured(content, format);
    if ("value" in parsed) given.push({ plugin, value: parsed.value });
    else {
      const { detail } = parsed;
      failures.push({ reason: "output-fragment-unreadable", plugin, path, format, detail });
    }
  }
  const [first] = pieces;
  const merged =
    failures.length > 0 || first === undefined
      ? undefined
      : mergeValues(given, (conflict) => {
          failures.push({ reason: "output-conflict", path: first.path, ...conflict });
        });
  for (const failure of failures) tell(failure);
  return merged === undefined || failures.length > 0 ? undefined : printStructured(merged, format);
}
