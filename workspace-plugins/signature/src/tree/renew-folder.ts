import { copyColumns } from "./block.ts";
import type { Block } from "./block.ts";
import type { ChangedFolder } from "./check-folder.ts";
import { messageOf } from "./folder-message.ts";
import { timesOf } from "./folder-times.ts";
import { identityOf } from "./look.ts";
import type { Looking } from "./look.ts";
import { openRecording, recordFile, recordLink } from "./record.ts";
import type { Recording } from "./record.ts";
import { kind, targetsText } from "./snapshot.ts";

/** Reads again what is not as it was in folders that are known. */
export function openRenewal(looking: Looking): (found: ChangedFolder) => Block {
  const recording = openRecording(looking);
  return (found) => renew(recording, found);
}

function renew(recording: Recording, found: ChangedFolder): Block {
  const { names, before, others } = found;
  const columns = copyColumns(before);
  const links = linksOf(found);
  let isChanged = false;
  for (const entry of others) {
    const absolute = `${found.absolute}/${names[entry] ?? ""}`;
    columns.states[entry] = 0;
    if (before.kinds[entry] === kind.symlink) {
      const link = recordLink(recording, absolute, { columns, entry });
      isChanged ||= link !== links.get(entry);
      if (link === undefined) links.delete(entry);
      else links.set(entry, link);
    } else if (recordFile(recording, absolute, { columns, entry }, { columns: before, entry })) {
      isChanged = true;
    }
  }
  const targets = [...links.values()];
  return {
    path: found.relative,
    names: names.join("/"),
    targets: targets.join("\0"),
    ...columns,
    times: timesOf(found.stat, recording.telling),
    identity: identityOf(found.stat),
    isRacy: false,
    undecided: [],
    hasUnlisted: false,
    message: messageOf(recording, { names, targets, columns }),
    isChanged,
  };
}

/** The texts of the symlinks as they were, by entry and in its order. */
function linksOf({ old, folder, before }: ChangedFolder): Map<number, string> {
  const texts = targetsText(old, folder).split("\0");
  const links = new Map<number, string>();
  for (const [entry, what] of before.kinds.entries()) {
    if (what === kind.symlink) links.set(entry, texts[links.size] ?? "");
  }
  return links;
}
