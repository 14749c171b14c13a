import { outdatedPackages } from "@slipway/packages/locked/update";
import type { PackageAge } from "@slipway/packages";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { nearestLock } from "./nearest-lock.ts";
import { openPackageCall } from "./package-call.ts";

/** All of them in `--json`, for people those of which there is something to say. */
export async function listOutdated({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { registry, progress, show, tell } = openPackageCall(read.value.options);
  const lockFile = await nearestLock();
  if (!lockFile.ok) return tell(lockFile);
  const keys = read.value.words;
  const ages = await outdatedPackages({ lockFile: lockFile.value, keys, registry, progress });
  if (!ages.ok) return tell(ages);
  const packages = ages.value.map(({ locked, ...age }) => {
    const { key, version, source, integrity } = locked;
    return { key, version, source, integrity, ...age };
  });
  return show({ packages }, rowsOf(ages.value));
}

function rowsOf(ages: readonly PackageAge[]): readonly (readonly string[])[] {
  const odd = ages.filter(({ tag, latest, content }) => tag !== latest || notes[content] !== "");
  if (odd.length === 0) return [["All packages are as their registries have them."]];
  return [
    ["package", "locked", "wanted", "latest", ""],
    ...odd.map((age) => [age.locked.key, age.tag, age.wanted, age.latest, notes[age.content]]),
  ];
}

const notes: Readonly<Record<PackageAge["content"], string>> = {
  same: "",
  moved: "the tag has other content than the lock",
  unclear: "",
  gone: "the tag is gone",
  pinned: "pinned by its digest",
  local: "built on a machine, in no registry",
};
