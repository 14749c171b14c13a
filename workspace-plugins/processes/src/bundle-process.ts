import path from "node:path";
import {
  digestOf,
  ok,
  replaceFolder,
  shortDigest,
  writeFileAtomically,
  writeJson,
} from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import { bundleOf } from "./bundle.ts";
import type { ProcessesCause, ProcessesFailure } from "./failure.ts";
import { openLuaFolder } from "./lua-folder.ts";
import { followRequires } from "./module-graph.ts";
import type { ModuleGraph } from "./module-graph.ts";
import { readDefinition } from "./definition-file.ts";
import { bundleFolder } from "./receipt.ts";
import type { Receipt } from "./receipt.ts";
import type { TaskContext } from "./task.ts";

/** Writes `bundle.lua` and `receipt.json` under the project's `dist/ao-bundle`. */
export async function bundleProcess(
  task: Pick<TaskContext, "workspaceRoot" | "projectRoot">,
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const definition = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!definition.ok) return definition;
  const project = path.join(task.workspaceRoot, task.projectRoot);
  const read = await openLuaFolder(project);
  const graph = await followRequires(definition.value.source, read, task.projectRoot);
  if (!graph.ok) return graph;
  const bundle = bundleOf(graph.value);
  const receipt = receiptOf(graph.value, bundle, task.projectRoot);
  await replaceFolder(path.join(project, bundleFolder), async (partial) => {
    await writeFileAtomically(path.join(partial, "bundle.lua"), bundle.text);
    await writeJson(path.join(partial, "receipt.json"), receipt);
    return ok(receipt);
  });
  const facts = {
    code: shortDigest(receipt.codeDigest),
    modules: receipt.modules.length,
    handlers: receipt.handlers.join(", "),
    bytes: receipt.sizeBytes,
  };
  return ok({ state: "done", cause: "lua-bundled", facts });
}

function receiptOf(
  graph: ModuleGraph,
  bundle: ReturnType<typeof bundleOf>,
  projectRoot: string,
): Receipt {
  const inProject = (file: string): string => path.posix.relative(projectRoot, file);
  return {
    codeDigest: bundle.codeDigest,
    modules: graph.modules.map(({ name, file, text }) => ({
      name,
      file: inProject(file),
      digest: digestOf(text),
    })),
    handlers: [
      ...new Set([graph.main, ...graph.modules].flatMap(({ handlers }) => handlers)),
    ].toSorted(),
    sizeBytes: Buffer.byteLength(bundle.text),
  };
}
