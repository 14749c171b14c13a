import type { Cache, Graph, KeyPart, Work } from "@slipway/pipeline-sdk/graph";
import { actions } from "./actions.ts";
import type { StepKind } from "./artifacts.ts";
import { quoted, textOf, unknownKind } from "./expressions.ts";
import { compact } from "./plain.ts";

export function cacheKind(graph: Graph, id: string, uses: string, work: Work): StepKind {
  const cache = graph.caches.find((one) => one.id === id);
  if (cache === undefined) throw new Error(`internal: there is no cache ${id}`);
  const { key, prefix } = keyOf(cache, work.checkout?.path ?? "");
  const isSaved = uses === actions.saveCache;
  const restore = isSaved || prefix === key ? undefined : prefix;
  const inputs = compact({ path: quoted(cache.paths.join("\n")), key, "restore-keys": restore });
  return { name: `cache ${id}`, uses, with: inputs };
}

/** What files say stands last, so that the part before it finds an older one. */
function keyOf(
  { id, keyParts }: Cache,
  folder: string,
): { readonly key: string; readonly prefix: string } {
  const files = keyParts.flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []));
  const prefix = [id, ...keyParts.flatMap(textIn)].join("-");
  if (files.length === 0) return { key: prefix, prefix };
  const listed = files.map((file) => textOf(folder === "" ? file : `${folder}/${file}`));
  return { key: `${prefix}-\${{ hashFiles(${listed.join(", ")}) }}`, prefix: `${prefix}-` };
}

function textIn({ kind }: KeyPart): readonly string[] {
  switch (kind.case) {
    case "text":
      return [quoted(kind.value)];
    case "platform":
      return ["${{ runner.os }}-${{ runner.arch }}"];
    case "file":
      return [];
    case undefined:
      throw unknownKind("part of a key");
  }
}
