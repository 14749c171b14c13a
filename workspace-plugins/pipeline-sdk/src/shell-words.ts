import type { Value } from "./generated/slipway/pipelines/v1/graph_pb.js";

type Kind = Exclude<Value["kind"], { case: undefined }>;

/** What each provider has its own words for. */
export type OwnValue = Extract<
  Kind,
  { readonly case: "secret" | "input" | "output" | "fact" | "setting" }
>;

/** Words of a POSIX shell for a value: quoted, so that they are one word whatever the value. */
export type OwnWord = (value: OwnValue) => string;

/** A text as one word of a POSIX shell; what begins with an equals sign is taken for a mistake by readers, and by some shells for a path. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+-][\w./:=@%+-]*$/.test(text)
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The value as one word of a POSIX shell. Only a script of `shellJob` knows the outputs of its steps. */
export function shellWord(value: Value | undefined, own: OwnWord): string {
  const kind = value?.kind;
  switch (kind?.case) {
    case undefined:
      throw new Error("this plugin does not know the kind of a value: it is older than the graph");
    case "literal":
      return shellQuoted(kind.value);
    case "env":
      return `"\${${kind.value}-}"`;
    case "joined":
      return kind.value.of.map((part) => shellWord(part, own)).join("") || "''";
    case "step":
      return `"$(slipway_output ${shellQuoted(kind.value.step)} ${shellQuoted(kind.value.name)})"`;
    case "secret":
    case "input":
    case "output":
    case "fact":
    case "setting":
      return own(kind);
  }
}
