import { Fragment_Format, Fragment_Strategy } from "@slipway/pipeline-sdk/protocol";
import type { Fragment } from "@slipway/pipeline-sdk/protocol";
import type { MergeFailure } from "./output-failure.ts";
import { parseOutputPath } from "./output-path.ts";
import type { OutputPath } from "./output-path.ts";

/** What one plugin answered, in its own order. */
export type Answer = {
  /** No two answers are of the same plugin. */
  readonly plugin: string;
  readonly fragments: readonly Pick<
    Fragment,
    "path" | "content" | "strategy" | "order" | "format" | "executable"
  >[];
};

const formats = ["YAML", "JSON", "TEXT", "GROOVY"] as const;
export type OutputFormat = (typeof formats)[number];

/** A fragment whose strategy and format are known and go together. */
export type Piece = {
  readonly plugin: string;
  readonly path: OutputPath;
  readonly content: string;
  readonly strategy: "REPLACE" | "MERGE" | "APPEND";
  readonly order: number;
  readonly format: OutputFormat;
  readonly isExecutable: boolean;
};

export type MergedFile = {
  readonly path: OutputPath;
  readonly format: OutputFormat;
  /** Without our header. Ends with a line feed, and has no carriage return. */
  readonly content: string;
  readonly isExecutable: boolean;
};

/** None, and told, for a fragment whose path, strategy or format cannot be taken. */
export function pieceOf(
  plugin: string,
  { path: text, content, strategy, order, format, executable }: Answer["fragments"][number],
  tell: (failure: MergeFailure) => void,
): readonly Piece[] {
  const parsed = parseOutputPath(text);
  if ("problem" in parsed) {
    tell({ reason: "output-path-refused", plugin, path: text, because: parsed.problem });
    return [];
  }
  const { path } = parsed;
  const known = { strategy: strategyOf(strategy), format: formatOf(format) };
  if (known.strategy === undefined) {
    const field = "strategy";
    tell({ reason: "output-fragment-unknown", plugin, path, field, value: strategy });
  }
  if (known.format === undefined) {
    const field = "format";
    tell({ reason: "output-fragment-unknown", plugin, path, field, value: format });
  }
  if (known.strategy === undefined || known.format === undefined) return [];
  const { strategy: how, format: kind } = known;
  if (how !== "REPLACE" && (how === "MERGE") !== isStructured(kind)) {
    tell({ reason: "output-strategy-unfit", plugin, path, strategy: how, format: kind });
    return [];
  }
  return [{ plugin, path, content, order, strategy: how, format: kind, isExecutable: executable }];
}

function strategyOf(strategy: Fragment_Strategy): Piece["strategy"] | undefined {
  switch (strategy) {
    case Fragment_Strategy.REPLACE:
      return "REPLACE";
    case Fragment_Strategy.MERGE:
      return "MERGE";
    case Fragment_Strategy.APPEND:
      return "APPEND";
    case Fragment_Strategy.UNSPECIFIED:
      return undefined;
  }
}

function formatOf(format: Fragment_Format): OutputFormat | undefined {
  return formats.find((name) => Fragment_Format[name] === format);
}

/** Such a file is merged; text is appended to. */
function isStructured(format: OutputFormat): boolean {
  return format === "YAML" || format === "JSON";
}
