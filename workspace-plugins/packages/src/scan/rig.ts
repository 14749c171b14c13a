import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { scanPackage } from "./scan-package.ts";
import type { Scan } from "./scan-package.ts";

type Language = "python" | "javascript" | "go" | "rust";

type Declared = Readonly<Record<string, string>>;

/** A project in a temporary folder: its files by their paths, a manifest for them unless they hold one. */
export async function openProject(
  language: Language,
  files: Readonly<Record<string, string | Uint8Array>>,
  declared: { readonly runtime?: Declared; readonly dev?: Declared } = {},
) {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-scan-"));
  const listed = (of: Declared = {}) =>
    Object.entries(of).map(([name, version]) => ({ package: name, version }));
  const manifest = {
    name: "demo",
    version: "1.0.0",
    language: { name: language, version: ">=1" },
    dependencies: { runtime: listed(declared.runtime), dev: listed(declared.dev) },
    files: { include: "auto" },
  };
  for (const [file, bytes] of Object.entries({
    "aigogo.json": JSON.stringify(manifest),
    ...files,
  })) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), bytes);
  }
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  const options = { projectFolder: folder, environment, signal: AbortSignal.timeout(30_000) };
  return {
    folder,
    options,
    scan: async (with_: Readonly<Record<string, string | undefined>> = {}) =>
      scanPackage({ ...options, environment: { ...environment, ...with_ } }),
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

/** Each dependency as `name file:line`, with what is not usual of it. */
export function dependenciesIn(scan: Scan): readonly string[] {
  return scan.dependencies.map(({ name, imports, kind, declared }) =>
    [
      name,
      ...imports.map(({ file, line }) => `${file}:${line}`),
      ...(kind === "runtime" ? [] : [kind]),
      ...(declared === "no" ? [] : [`declared ${declared}`]),
    ].join(" "),
  );
}
