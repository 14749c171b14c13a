import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { WriteFailure } from "./output-failure.ts";
import type { PlannedWrite, WritePlan } from "./plan-writes.ts";

/** Beyond these, what differs is told as all of the old and all of the new: finding the least takes too long. */
const mostEdits = 1000;

const nothing = "/dev/null";

/** A unified diff from what is there to what the definition says; empty where they are the same. */
export function diffOf(write: PlannedWrite): string {
  const { path } = write;
  switch (write.state) {
    case "unchanged":
      return "";
    case "created":
      return patch([nothing, ""], [`b/${path}`, write.file.text]);
    case "changed":
    case "hand-edited": {
      const { before, file } = write;
      return `${modeOf(write)}${patch([`a/${path}`, before.text], [`b/${path}`, file.text])}`;
    }
    case "removed":
    case "kept":
      return patch([`a/${path}`, write.before.text], [nothing, ""]);
  }
}

/** As git says it. */
function modeOf({ before, file }: Extract<PlannedWrite, { state: "changed" | "hand-edited" }>) {
  if (before.isExecutable === file.isExecutable) return "";
  return `old mode ${modeName(before)}\nnew mode ${modeName(file)}\n`;
}

function modeName({ isExecutable }: { readonly isExecutable: boolean }): string {
  return isExecutable ? "100755" : "100644";
}

function patch(
  [oldName, before]: readonly [string, string],
  [newName, after]: readonly [string, string],
): string {
  if (before === after) return "";
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  const found = createTwoFilesPatch(oldName, newName, before, after, undefined, undefined, {
    ...options,
    maxEditLength: mostEdits,
  });
  if (found !== undefined) return found;
  const [old, fresh] = [linesOf(before), linesOf(after)];
  return [
    `--- ${oldName}`,
    `+++ ${newName}`,
    `@@ -1,${old.length} +1,${fresh.length} @@`,
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
    "",
  ].join("\n");
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** What `render --check` fails with: everything that is not as the definition says. */
export function checkFiles({ writes }: WritePlan): WriteFailure | undefined {
  const files = writes.flatMap((write) =>
    write.state === "unchanged"
      ? []
      : [{ path: write.path, state: write.state, diff: diffOf(write) }],
  );
  return files.length === 0 ? undefined : { reason: "output-stale", files };
}
