import type { Because, Difference, Explanation, UpstreamChange } from "@slipway/signature";
import { shortDigest } from "@slipway/signature/digest";
import { printable } from "./printable.ts";
import { columns } from "./table.ts";
import { describeDifference } from "./texts/signature.ts";

/** More files than these are told by folder. */
const mostFiles = 20;

/** Why a target will run or will not: a line each, what a change came through by deeper lines. */
export function explanationLines(
  explanation: Explanation,
  shows: { readonly allFiles: boolean },
): readonly string[] {
  const { target, before, after, because } = explanation;
  const signature = shortDigest(after);
  const was = before === undefined || before === after ? "" : `${shortDigest(before)} → `;
  return [
    `${printable(target)} ${verdictTexts[explanation.verdict]}`,
    ...becauseLines(because, "  ", shows.allFiles).map(printable),
    ...explanation.unmatchedPatterns.map((pattern) => printable(`  no file matches ${pattern}`)),
    ...columns([["  work signature", `${was}${signature}`]]),
  ];
}

const verdictTexts: Readonly<Record<Explanation["verdict"], string>> = {
  "will-run": "will run",
  "will-not-run": "will not run: same work signature as at its last success",
  "may-run": "may run: it does where one that it builds on makes other bytes than before",
  "runs-every-time": "runs every time: it is not cached",
};

function becauseLines(because: Because, indent: string, allFiles: boolean): readonly string[] {
  return [
    ...because.upstreams.flatMap((upstream) => upstreamLines(upstream, indent, allFiles)),
    ...differenceTexts(because.differences, allFiles).map((text) => `${indent}because ${text}`),
  ];
}

function upstreamLines(
  upstream: UpstreamChange,
  indent: string,
  allFiles: boolean,
): readonly string[] {
  const head = `${indent}because ${upstream.id} changed`;
  if (upstream.state === "told") return [`${head}, as told above`];
  if (upstream.state === "not-on-record") {
    const digests = `${shortDigest(upstream.before)} → ${shortDigest(upstream.after)}`;
    return [`${head}: ${digests}, and what it was made of then is not on record any more`];
  }
  const below = becauseLines(upstream.because, `${indent}  `, allFiles);
  return below.length === 0 ? [`${head}, by what is told above`] : [`${head}:`, ...below];
}

function differenceTexts(differences: readonly Difference[], allFiles: boolean): readonly string[] {
  const files = differences.filter(isOfFile);
  if (allFiles || files.length <= mostFiles) return differences.map(describeDifference);
  const others = differences.filter((difference) => !isOfFile(difference));
  return [...others.map(describeDifference), ...folderTexts(files)];
}

type FileDifference = Extract<Difference, { readonly path: string }>;

function isOfFile(difference: Difference): difference is FileDifference {
  return "path" in difference && difference.kind !== "output-changed";
}

/** By the deepest folders that are few enough. */
function folderTexts(files: readonly FileDifference[]): readonly string[] {
  const deepest = Math.max(...files.map(({ path }) => path.split("/").length - 1));
  for (let depth = deepest; depth > 0; depth -= 1) {
    const folders = Map.groupBy(files, ({ path }) => folderOf(path, depth));
    if (folders.size <= mostFiles || depth === 1) return [...folders].map(folderText);
  }
  return [folderText(["", files])];
}

function folderOf(path: string, depth: number): string {
  return path.split("/").slice(0, -1).slice(0, depth).join("/");
}

const kindTexts: Readonly<Record<string, string>> = {
  "file-added": "new",
  "file-removed": "gone",
};

function folderText([folder, files]: readonly [string, readonly FileDifference[]]): string {
  const kinds = Map.groupBy(files, ({ kind }) => kindTexts[kind] ?? "changed");
  const counts = [...kinds].map(([kind, of]) => `${of.length} ${kind}`).join(", ");
  const where = folder === "" ? "the root of the workspace" : `${folder}/`;
  return `files in ${where}: ${counts}`;
}

/**
 * The same for machines: one object, whose fields stay. `causes` are those that are no consequence of another, each
 * once, with the targets that it came `via`, the asked one's upstream first.
 */
export function explanationJson(
  explanation: Explanation,
  causes: readonly { readonly via: readonly string[]; readonly difference: Difference }[],
): string {
  const { target, verdict, isCached, before, after, unmatchedPatterns } = explanation;
  return JSON.stringify(
    {
      schema: 1,
      target,
      verdict,
      cached: isCached,
      signature: { before, after },
      ...(unmatchedPatterns.length > 0 && { unmatchedPatterns }),
      causes: causes.map(({ via, difference }) => ({ via, ...difference })),
    },
    undefined,
    2,
  );
}
