import path from "node:path";
import {
  ok,
  replaceFolder,
  shortDigest,
  writeFileAtomically,
  writeJson,
} from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { bundleOf } from "./bundle.ts";
import { readDefinition } from "../definition/definition-file.ts";
import { searchFolders } from "../definition/process.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { openLuaFolder } from "./lua-folder.ts";
import { handlerNames, manifestOf } from "./manifest-of.ts";
import { bundlerVersion } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { followRequires } from "./module-graph.ts";
import { bundleFolder } from "../receipt.ts";
import type { BundledProcess, Receipt } from "../receipt.ts";
import type { TaskContext } from "../task.ts";

type Bundled = { readonly code: string; readonly manifest: Manifest };

/** Writes `receipt.json`, and `bundle.lua` and `manifest.json` of each process, under the project's `dist/ao-bundle`. */
export async function bundleProcess(
  task: Pick<TaskContext, "workspaceRoot" | "projectRoot">,
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const definition = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!definition.ok) return definition;
  const project = path.join(task.workspaceRoot, task.projectRoot);
  const read = await openLuaFolder(project);
  const bundled = new Map<string, Bundled>();
  for (const [name, process] of Object.entries(definition.value.processes)) {
    const folders = searchFolders(process);
    const { source } = process;
    const { minify, external } = process.bundle;
    const graph = await followRequires({ source, folders, external }, read, task.projectRoot);
    if (!graph.ok) return graph;
    const bundle = bundleOf(name, graph.value, process.bundle);
    if (!bundle.ok) return bundle;
    const modules = [...folders];
    const bundler = { version: bundlerVersion, minify, external, modules } as const;
    const known = [...process.state, ...process.bundle.globals];
    const manifest = manifestOf(graph.value, bundle.value, { bundler, known }, task.projectRoot);
    bundled.set(name, { code: bundle.value.code, manifest });
  }
  const receipt = receiptOf(bundled);
  await replaceFolder(path.join(project, bundleFolder), async (partial) => {
    for (const [name, { code, manifest }] of bundled) {
      await writeFileAtomically(path.join(partial, name, "bundle.lua"), code);
      await writeJson(path.join(partial, name, "manifest.json"), manifest);
    }
    await writeJson(path.join(partial, "receipt.json"), receipt);
    return ok(receipt);
  });
  return ok({ state: "done", cause: "lua-bundled", facts: factsOf(bundled) });
}

/** One process by its digest and handlers; several by their digests. Then the first doubts of all, each where it stands. */
function factsOf(bundled: ReadonlyMap<string, Bundled>): Outcome["facts"] {
  const manifests = [...bundled].map(([name, { manifest }]) => ({ name, manifest }));
  const [first] = manifests;
  if (first === undefined) return {};
  const { codeDigest, sizeBytes } = first.manifest;
  const digests =
    manifests.length > 1
      ? Object.fromEntries(
          manifests.map(({ name, manifest }) => [name, shortDigest(manifest.codeDigest)]),
        )
      : {
          code: shortDigest(codeDigest),
          handlers: handlerNames(first.manifest).join(", "),
          bytes: sizeBytes,
        };
  return { ...digests, ...doubtFacts(manifests.flatMap(({ manifest }) => manifest.doubts)) };
}

const shownDoubts = 8;

function doubtFacts(doubts: Manifest["doubts"]): Outcome["facts"] {
  if (doubts.length === 0) return {};
  const shown = doubts
    .slice(0, shownDoubts)
    .map(({ kind, about, at }): [string, string] => [
      `${at.file}:${at.line}:${at.column}`,
      `${kind} ${about}`.trim(),
    ]);
  return { doubts: doubts.length, ...Object.fromEntries(shown) };
}

function receiptOf(bundled: ReadonlyMap<string, Bundled>): Receipt {
  const processes = [...bundled].map(([name, { manifest }]): [string, BundledProcess] => {
    const { codeDigest, sizeBytes } = manifest;
    return [name, { codeDigest, handlers: handlerNames(manifest), sizeBytes }];
  });
  return { version: 2, processes: Object.fromEntries(processes) };
}
