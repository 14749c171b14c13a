import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { planRender } from "@slipway/pipelines/render";

const folder = path.join(import.meta.dirname, "golden");

/** Each is a folder with `input`, a workspace, and `expected`, the files that are rendered of it. */
export const goldenCases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

/** Texts by path. */
export type Files = Readonly<Record<string, string>>;

/** A workspace of its own, as its repository would be. */
export function makeGoldenWorkspace(name: string) {
  const temporary = mkdtempDisposableSync(path.join(tmpdir(), "slipway-golden-"));
  cpSync(path.join(folder, name, "input"), temporary.path, { recursive: true });
  execFileSync("git", ["init", "--quiet", temporary.path]);
  return {
    root: temporary.path,
    [Symbol.dispose]: () => temporary.remove(),
  };
}

/** The files of all its outputs, and beside them in `diagnostics.txt` what is told. */
export async function renderGolden(root: string): Promise<Files> {
  const limits = { limitMs: 60_000, signal: new AbortController().signal };
  const planned = await planRender({ root, file: "cig.toml", limits, withRemarks: true });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { diagnostics, writes } = planned.value;
  const told = diagnostics.map(textOf);
  return {
    ...Object.fromEntries(
      (writes?.writes ?? []).flatMap((write) =>
        "file" in write ? [[write.path, write.file.text]] : [],
      ),
    ),
    ...(told.length === 0 ? {} : { "diagnostics.txt": told.join("") }),
  };
}

function textOf({ level, code, message, fixHint, place }: Diagnostic): string {
  const at = place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;
  return `${at}${Diagnostic_Level[level]} ${code}: ${message}\n  -> ${fixHint}\n`;
}

export function expectedOf(name: string): Files {
  const expected = path.join(folder, name, "expected");
  return Object.fromEntries(
    readdirSync(expected, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(expected, file), readFileSync(file, "utf8")]),
  );
}

export function writeExpected(name: string, files: Files): void {
  const expected = path.join(folder, name, "expected");
  rmSync(expected, { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(expected, file)), { recursive: true });
    writeFileSync(path.join(expected, file), text);
  }
}
