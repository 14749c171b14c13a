import path from "node:path";
import { exists, fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import { formatManifest } from "../manifest-shape.ts";

/** An `aigogo.json` as aigg begins one. What is there stays, unless it may be replaced. */
export async function initPackage(
  folder: string,
  { isForced }: { readonly isForced: boolean },
): Promise<Result<Outcome<PackagesCause>, PackagesFailure>> {
  const file = path.join(folder, manifestName);
  if (!isForced && (await exists(file))) return fail({ reason: "manifest-exists", file });
  const name = nameOf(path.basename(folder));
  await writeFileAtomically(file, formatManifest(beginning(name)));
  return ok({ state: "done", cause: "package-begun", facts: { package: `${name} 0.1.0`, file } });
}

function beginning(name: string) {
  return {
    $schema: "https://github.com/aupeachmo/aigogo/blob/master/aigogo.schema.json",
    name,
    version: "0.1.0",
    description: "An AI agent",
    language: { name: "python", version: ">=3.8,<4.0" },
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
