import { parseTOML } from "toml-eslint-parser";
import type { AST } from "toml-eslint-parser";

/** What is said of a plugin under `[plugins]`. */
export type PluginEntry = {
  /** A constraint; `undefined` lets in what the source has. */
  readonly version: string | undefined;
  readonly source: string | undefined;
};

/**
 * A `cig.toml` with a plugin in it, and everything else as it was, comments too. `undefined`: its plugins are written in
 * a way that only a person can add to.
 */
export function withPlugin(text: string, name: string, entry: PluginEntry): string | undefined {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const value = valueText(entry);
  const { body } = parseTOML(text, { tomlVersion: "1.1" }).body[0];
  const tables = body.filter((node) => node.type === "TOMLTable");
  if (body.some((node) => node.type === "TOMLKeyValue" && partsOf(node.key)[0] === "plugins")) {
    return undefined;
  }
  const isOwn = tables.some(
    ({ resolvedKey: [first, second] }) => first === "plugins" && second === name,
  );
  if (isOwn) return undefined;
  const plugins = tables.find(({ resolvedKey }) => resolvedKey.join("\0") === "plugins");
  const line = `${JSON.stringify(name)} = ${value}`;
  if (plugins === undefined) {
    const gap = text === "" || text.endsWith(newline) ? "" : newline;
    return `${text}${gap}${newline}[plugins]${newline}${line}${newline}`;
  }
  const known = plugins.body.find((pair) => partsOf(pair.key)[0] === name);
  if (known !== undefined) {
    if (partsOf(known.key).length > 1 || saysMore(known.value)) return undefined;
    const [from, to] = known.value.range;
    return `${text.slice(0, from)}${value}${text.slice(to)}`;
  }
  const last = plugins.body.at(-1)?.range[1] ?? plugins.key.range[1];
  const end = text.indexOf("\n", last);
  const at = end === -1 ? text.length : end + 1;
  const gap = end === -1 ? newline : "";
  return `${text.slice(0, at)}${gap}${line}${newline}${text.slice(at)}`;
}

/** What nobody asked to be changed would be lost: settings, say. */
function saysMore(value: AST.TOMLContentNode): boolean {
  return (
    value.type === "TOMLInlineTable" &&
    value.body.some(({ key }) => !["version", "source"].includes(partsOf(key).join(".")))
  );
}

function valueText({ version, source }: PluginEntry): string {
  if (source === undefined) return JSON.stringify(version ?? "*");
  const said = version === undefined ? "" : `, version = ${JSON.stringify(version)}`;
  return `{ source = ${JSON.stringify(source)}${said} }`;
}

function partsOf(key: AST.TOMLKey): readonly string[] {
  return key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value));
}
