import type { CacheName, Check } from "@slipway/signature";
import { printable } from "./printable.ts";
import { columns } from "./table.ts";

const cacheTexts: { readonly [Name in CacheName]: string } = {
  "file-digests": "digests of files",
  "folder-digests": "digests of folders",
  "input-roots": "inputs of targets",
  jobs: "signatures of jobs",
  definitions: "stored definitions",
  signatures: "written signatures",
  records: "recorded successes",
  watcher: "the watcher's answer",
};

/** A line of counts for each cache, and one for all. */
export function verificationLines(checks: readonly Check[]): readonly string[] {
  const liars = checks.filter(({ lies }) => lies.length > 0).length;
  const all = liars === 0 ? "no cache lied" : `${liars} of ${checks.length} caches lied`;
  const lines = columns(
    checks.map(({ cache, file, count, lies }) => [
      lies.length === 0 ? "=" : "✗",
      cacheTexts[cache],
      countText(count, lies.length),
      file ?? "",
    ]),
  );
  return [...lines, all];
}

function countText(count: number, lies: number): string {
  if (lies > 0) return `${lies} of ${Math.max(count, lies)} wrong`;
  return count === 0 ? "nothing kept" : `${count} right`;
}

/** Where it lied, and what to do. */
export function lieLines(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(({ cache, file, lies }) =>
    lies.length === 0
      ? []
      : [
          `${cacheTexts[cache]} lied:`,
          ...columns(
            lies.flatMap(({ subject, said, truth }) => [
              [`  ${subject}`, "said", said],
              ["", "is", truth],
            ]),
          ),
          file === undefined
            ? "  → stop slipway watch and start it again"
            : `  → remove ${printable(file)}: it is made anew`,
        ],
  );
}
