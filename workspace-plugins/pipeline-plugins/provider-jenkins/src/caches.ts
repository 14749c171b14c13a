import type { Cache, Graph } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { call, named } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import { shellGlob } from "./shell.ts";
import { unknownKind } from "./values.ts";

/**
 * A folder beside the workspace, which Jenkins keeps for each branch on each machine. It is in containers too. A pull
 * request has another one, even where the workspace is one for all branches.
 */
const folder = `slipway_caches="\${WORKSPACE_TMP:-$WORKSPACE@tmp}/slipway-caches\${CHANGE_ID:+-$CHANGE_ID}"`;

export function restoreCache(graph: Graph, id: string): Node {
  return tried(`restore ${id}`, [
    ...keyLines(cacheOf(graph, id)),
    `slipway_found="$slipway_caches/$slipway_texts-$slipway_files.tar"`,
    // Of the same texts, what was kept last.
    `[ -f "$slipway_found" ] || slipway_found=$(ls -t -- "$slipway_caches/$slipway_texts"-*.tar 2>/dev/null | head -n 1)`,
    `[ -z "$slipway_found" ] || tar -xPf "$slipway_found"`,
  ]);
}

export function saveCache(graph: Graph, id: string): Node {
  const cache = cacheOf(graph, id);
  return tried(`save ${id}`, [
    ...keyLines(cache),
    `slipway_kept="$slipway_caches/$slipway_texts-$slipway_files.tar"`,
    `[ ! -f "$slipway_kept" ] || exit 0`,
    `mkdir -p -- "$slipway_caches"`,
    `find "$slipway_caches" -name '*.tar' -mtime +30 -exec rm -f -- {} +`,
    // What is not there is kept by nobody.
    "set --",
    `for slipway_path in ${cache.paths.map(shellGlob).join(" ")}; do [ ! -e "$slipway_path" ] || set -- "$@" "$slipway_path"; done`,
    `[ "$#" = 0 ] || { tar -cPf "$slipway_kept.$$" -- "$@" && mv -- "$slipway_kept.$$" "$slipway_kept"; }`,
  ]);
}

function cacheOf(graph: Graph, id: string): Cache {
  const cache = graph.caches.find((one) => one.id === id);
  if (cache === undefined) throw new Error(`internal: there is no cache ${id}`);
  return cache;
}

/** A cache that cannot be had or kept is no failure of the job. */
function tried(label: string, lines: readonly string[]): Node {
  return call(
    "sh",
    named({ label: `cache: ${label}`, returnStatus: true, script: lines.join("\n") }),
  );
}

function keyLines({ id, keyParts }: Cache): readonly string[] {
  const texts: string[] = [`printf '%s\\n' ${shellQuoted(id)}`];
  const files: string[] = [];
  for (const { kind } of keyParts) {
    switch (kind.case) {
      case "text":
        texts.push(`printf '%s\\n' ${shellQuoted(kind.value)}`);
        break;
      case "platform":
        texts.push("uname -sm");
        break;
      case "file":
        files.push(`sha256sum <${shellQuoted(kind.value)} || echo none`);
        break;
      case undefined:
        throw unknownKind("part of a key");
    }
  }
  return [
    folder,
    `slipway_texts=$({ ${texts.join("; ")}; } | sha256sum | cut -c 1-32)`,
    `slipway_files=$({ ${[...files, ":"].join("; ")}; } | sha256sum | cut -c 1-32)`,
  ];
}
