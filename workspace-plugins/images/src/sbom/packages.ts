import { parseJson } from "@slipway/signature/basics";
import { z } from "zod";

/** A package that a manager of packages has put into an image, or who built the base by hand; texts are as they have them. */
export type InstalledPackage = {
  readonly kind: "deb" | "apk" | "npm" | "pypi" | "generic";
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** What it was built from, where that is called otherwise. */
  readonly source?: string;
  readonly license?: string;
  /** Where it is, where a manager puts each into a folder of its own. */
  readonly path?: string;
};

export type Distribution = {
  /** `debian`. */
  readonly id: string;
  /** `12`. */
  readonly version: string | undefined;
};

/** What of an image is looked at. */
export function isPackageFile(name: string): boolean {
  return isDistributionFile(name) || readerOf(name) !== undefined || isUnreadable(name);
}

export function isDistributionFile(name: string): boolean {
  return name === "etc/os-release" || name === "usr/lib/os-release";
}

/** A database that nothing here can read. */
export function isUnreadable(name: string): boolean {
  return /^(var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(rpmdb\.sqlite|Packages(\.db)?)$/.test(
    name,
  );
}

/** The packages that a file tells of; none where it is broken, as a package's own files are whatever it likes. */
export function packagesIn(name: string, content: Buffer): readonly InstalledPackage[] {
  const read = readerOf(name);
  return (read?.(content.toString("utf8"), name) ?? []).filter(isBounded);
}

/** os-release(5). */
export function distributionIn(content: Buffer): Distribution | undefined {
  const values = new Map(
    [...content.toString("utf8").matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm)].map(
      ([, key, , value]) => [key, value] as const,
    ),
  );
  const id = values.get("ID");
  return id === undefined || !/^[a-z0-9._-]{1,64}$/.test(id)
    ? undefined
    : { id, version: values.get("VERSION_ID")?.slice(0, mostCharacters) };
}

type Reader = (text: string, file: string) => readonly InstalledPackage[];

const readers: readonly (readonly [RegExp, Reader])[] = [
  [/^var\/lib\/dpkg\/status$/, (text) => stanzas(text).flatMap(debianPackage)],
  // As images without dpkg have it: a file for each package, and no state.
  [/^var\/lib\/dpkg\/status\.d\/[^/.]+$/, (text) => stanzas(text).flatMap(debianPackage)],
  [/^(usr\/)?lib\/apk\/db\/installed$/, (text) => stanzas(text).flatMap(alpinePackage)],
  [/(^|\/)node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/, npmPackage],
  [/^usr\/share\/slipway\/components\/[^/]+\.json$/, declaredPackage],
  [/\.(dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/, pythonPackage],
];

function readerOf(name: string): Reader | undefined {
  return readers.find(([pattern]) => pattern.test(name))?.[1];
}

type Stanza = ReadonlyMap<string, string>;

/** `Field: value` lines, further lines of a value indented, an empty line between two (deb822, RFC 822; apk alike). */
function stanzas(text: string): readonly Stanza[] {
  return text
    .split(/\n\s*\n/)
    .map(
      (block) =>
        new Map(
          [...block.matchAll(/^([A-Za-z][A-Za-z-]*):[ \t]*(.*?)\r?$/gm)].map(
            ([, field = "", value = ""]) => [field, value] as const,
          ),
        ),
    );
}

/** dpkg(1): the last of the three words of `Status`. */
function debianPackage(fields: Stanza): readonly InstalledPackage[] {
  const status = fields.get("Status");
  if (status !== undefined && !status.endsWith(" installed")) return [];
  const source = fields.get("Source")?.replace(/ .*/, "");
  return packageOf({
    kind: "deb",
    name: fields.get("Package"),
    version: fields.get("Version"),
    architecture: fields.get("Architecture"),
    source,
  });
}

/** Alpine's apk: `P` name, `V` version, `A` architecture, `o` origin, `L` licence. */
function alpinePackage(fields: Stanza): readonly InstalledPackage[] {
  return packageOf({
    kind: "apk",
    name: fields.get("P"),
    version: fields.get("V"),
    architecture: fields.get("A"),
    source: fields.get("o"),
    license: fields.get("L"),
  });
}

const NpmManifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z
    .union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)])
    .optional()
    .catch(undefined),
});

function npmPackage(text: string, file: string): readonly InstalledPackage[] {
  const manifest = NpmManifest.safeParse(parseJson(text)).data;
  return manifest === undefined
    ? []
    : packageOf({ kind: "npm", ...manifest, path: file.replace(/\/package\.json$/, "") });
}

const Declared = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional().catch(undefined),
});

/** What no manager of packages knows of says itself what it is, by a file that whoever put it there wrote. */
function declaredPackage(text: string): readonly InstalledPackage[] {
  const declared = Declared.safeParse(parseJson(text)).data;
  return declared === undefined ? [] : packageOf({ kind: "generic", ...declared });
}

/** Python's core metadata: the description follows an empty line. */
function pythonPackage(text: string, file: string): readonly InstalledPackage[] {
  const [fields] = stanzas(text);
  return packageOf({
    kind: "pypi",
    name: fields?.get("Name"),
    version: fields?.get("Version"),
    license: fields?.get("License-Expression") ?? fields?.get("License"),
    path: file.replace(/\/(METADATA|PKG-INFO)$/, ""),
  });
}

/** What a database has of a package: whatever is not there, or empty, is left out. */
type Found = {
  readonly [Key in keyof InstalledPackage]?: InstalledPackage[Key] | undefined;
} & Pick<InstalledPackage, "kind">;

function packageOf({ kind, name, version, ...more }: Found): readonly InstalledPackage[] {
  if (name === undefined || name === "" || version === undefined || version === "") return [];
  const known = Object.entries(more).filter(
    ([key, value]) =>
      value !== undefined && value !== "" && (key === "path" || value.length <= mostCharacters),
  );
  return [{ kind, name, version, ...Object.fromEntries(known) }];
}

const mostCharacters = 256;

/** Who fills an image says what its files hold: a name of a megabyte is not one. */
function isBounded({ name, version }: InstalledPackage): boolean {
  return name.length <= mostCharacters && version.length <= mostCharacters;
}
