import { compareBytes } from "@slipway/signature/basics";
import type { Language } from "../package-name.ts";
import { comparedName } from "./declared.ts";
import type { Declared } from "./declared.ts";
import type { Origin, OriginsOf } from "./origin.ts";
import type { SourceFile } from "./read-sources.ts";
import type { ImportKind } from "./source-import.ts";

export type ImportPlace = {
  readonly file: string;
  /** From 1, as is the column. */
  readonly line: number;
  readonly column: number;
  readonly specifier: string;
  readonly kind: ImportKind;
};

export type Imported = { readonly name: string; readonly imports: readonly ImportPlace[] };

/** A package that the files import. */
export type FoundDependency = Imported & {
  /** The strongest of its imports: `runtime`, then `optional`, then `types`. */
  readonly kind: ImportKind;
  /** As it is installed, where that is known. */
  readonly version: string | undefined;
  readonly declared: "runtime" | "dev" | "no";
};

/** What the files import, each list in byte order of the names and all places in that of the files. */
export type Found = {
  readonly dependencies: readonly FoundDependency[];
  readonly agentPackages: readonly Imported[];
  /** What no package can be named. */
  readonly unusable: readonly Imported[];
  /** Files of the project that the package does not hold. */
  readonly unpacked: readonly Imported[];
  /** Declared for runtime, and not imported. */
  readonly unused: readonly string[];
};

type PackageOrigin = Extract<Origin, { readonly kind: "package" }>;
type Lead = { readonly place: ImportPlace; readonly origin: Origin };

export function findDependencies(
  language: Language,
  files: readonly SourceFile[],
  originsOf: OriginsOf,
  declared: readonly Declared[],
): Found {
  const leads = files.flatMap(({ path: file, imports }) =>
    imports.flatMap((one) => {
      const { line, column, specifier, kind } = one;
      const place = { file, line, column, specifier, kind };
      return originsOf(file, one).map((origin) => ({ place, origin }));
    }),
  );
  const packages = Map.groupBy(leads, ({ origin }) =>
    origin.kind === "package" ? origin.names[0] : undefined,
  );
  const matched = new Set<Declared>();
  const dependencies = [...packages].flatMap(([name, of]) => {
    const origins = of.flatMap(({ origin }) => (origin.kind === "package" ? [origin] : []));
    if (name === undefined) return [];
    const matching = matchingOf(language, origins, declared);
    for (const one of matching) matched.add(one);
    return [{ name, imports: placesOf(of), ...whole(origins, of, matching) }];
  });
  // Types of a package need no import of their own.
  const unused = declared.filter(
    (one) => one.as === "runtime" && !matched.has(one) && !one.name.startsWith("@types/"),
  );
  return {
    dependencies: inOrder(dependencies),
    agentPackages: named(leads, ({ origin }) =>
      origin.kind === "agent-package" ? origin.key : undefined,
    ),
    unusable: named(leads, ({ origin, place }) =>
      origin.kind === "unusable" ? place.specifier : undefined,
    ),
    unpacked: named(leads, ({ origin }) => (origin.kind === "unpacked" ? origin.file : undefined)),
    unused: unused.map(({ name }) => name),
  };
}

function matchingOf(
  language: Language,
  origins: readonly PackageOrigin[],
  declared: readonly Declared[],
): readonly Declared[] {
  const names = origins.flatMap((origin) => origin.names).map((one) => comparedName(language, one));
  return declared.filter(({ name }) => names.includes(comparedName(language, name)));
}

function whole(
  origins: readonly PackageOrigin[],
  leads: readonly Lead[],
  matching: readonly Declared[],
): Omit<FoundDependency, "name" | "imports"> {
  const kinds = leads.map(({ place }) => place.kind);
  const strengths = ["runtime", "optional", "types"] as const;
  return {
    kind: strengths.find((kind) => kinds.includes(kind)) ?? "runtime",
    version: origins.find(({ version }) => version !== undefined)?.version,
    declared: matching.find(({ as }) => as === "runtime")?.as ?? matching[0]?.as ?? "no",
  };
}

function named(
  leads: readonly Lead[],
  nameOf: (lead: Lead) => string | undefined,
): readonly Imported[] {
  const groups = [...Map.groupBy(leads, nameOf)].flatMap(([name, of]) =>
    name === undefined ? [] : [{ name, imports: placesOf(of) }],
  );
  return inOrder(groups);
}

/** One import of several names leads to a place once. */
function placesOf(leads: readonly Lead[]): readonly ImportPlace[] {
  return [...new Set(leads.map(({ place }) => place))];
}

function inOrder<One extends { readonly name: string }>(all: readonly One[]): readonly One[] {
  return all.toSorted((a, b) => compareBytes(a.name, b.name));
}
