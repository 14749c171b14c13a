import { explainPackage } from "@slipway/packages/locked/why";
import type { Why } from "@slipway/packages";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { nearestLock } from "./nearest-lock.ts";
import { openPackageCall } from "./package-call.ts";

export async function explainOrigin({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [asked = ""] = read.value.words;
  const { store, show, tell } = openPackageCall(read.value.options);
  const lockFile = await nearestLock();
  if (!lockFile.ok) return tell(lockFile);
  const folder = process.cwd();
  const why = await explainPackage({ lockFile: lockFile.value, asked, folder, store });
  return why.ok ? show({ ...why.value }, rowsOf(why.value)) : tell(why);
}

function rowsOf(why: Why): readonly (readonly string[])[] {
  if (why.kind === "dependency") {
    return [
      [why.name],
      ...why.wantedBy.map(({ key, version, constraint, kind }) => [
        `  ${key} ${version}`,
        `wants ${constraint}`,
        kind === "runtime" ? "" : kind,
      ]),
    ];
  }
  const { key, version, source, integrity, entry, entryState, link, linkState } = why.origin;
  return [
    [`${key} ${version}`],
    ["  source", source],
    ["  integrity", integrity],
    ["  store", entry, entryState === "right" ? "" : entryState],
    ["  link", link, linkState === "right" ? "" : linkState.replaceAll("-", " ")],
  ];
}
