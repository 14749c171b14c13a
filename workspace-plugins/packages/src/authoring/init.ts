import path from "node:path";
import { exists, fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import { formatManifest } from "../manifest-shape.ts";
import type { Language } from "../package-name.ts";

export type InitOptions = {
  readonly isForced: boolean;
  /** The folder's, where it is `undefined`. */
  readonly name?: string | undefined;
  /** Python, as aigg has it, where it is `undefined`. */
  readonly language?: Language;
};

/** An `aigogo.json` as aigg begins one. What is there stays, unless it may be replaced. */
export async function initPackage(
  folder: string,
  { isForced, name: given, language = "python" }: InitOptions,
): Promise<Result<Outcome<PackagesCause>, PackagesFailure>> {
  const file = path.join(folder, manifestName);
  if (!isForced && (await exists(file))) return fail({ reason: "manifest-exists", file });
  const name = nameOf(given ?? path.basename(folder));
  await writeFileAtomically(file, formatManifest(beginning(name, language)));
  return ok({ state: "done", cause: "package-begun", facts: { package: `${name} 0.1.0`, file } });
}

/** aigg knows the first alone. */
const versions: Readonly<Record<Language, string>> = {
  python: ">=3.8,<4.0",
  javascript: ">=20",
  go: ">=1.21",
  rust: ">=1.70",
};

function beginning(name: string, language: Language) {
  return {
    $schema: "https://github.com/aupeachmo/aigogo/blob/master/aigogo.schema.json",
    name,
    version: "0.1.0",
    description: "An AI agent",
    language: { name: language, version: versions[language] },
    dependencies: {},
    files: { include: [] },
    metadata: { license: "MPL-2.0" },
  };
}

/** The folder's, in letters that a repository can have. */
function nameOf(folder: string): string {
  const plain = folder.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-");
  return plain.replaceAll(/^[._-]+|[._-]+$/g, "") || "package";
}
