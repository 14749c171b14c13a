import type { Plain } from "./located.ts";

type Table = { readonly [key: string]: Plain };

/** Lines of a step or a setting are kept on one up to here. */
const widest = 100;

/**
 * A table as TOML for people: tables under headers, lists of tables as such lists, what is short in one line, and texts of several
 * lines as they are.
 */
export function writeToml(table: Table): string {
  return `${linesOf(table, []).join("\n").trim()}\n`;
}

function linesOf(table: Table, path: readonly string[]): readonly string[] {
  const entries = Object.entries(table);
  // At the top, and of things with names, all are told alike.
  const isAlike = path.length === 0 || (path.length === 1 && Object.values(table).some(isSection));
  const isOwn = (value: Plain) => isSection(value) || (isAlike && isTable(value));
  const plain = entries.filter(([, value]) => !isOwn(value));
  const sections = entries.filter(([, value]) => isOwn(value));
  return [
    ...plain.map(([key, value]) => `${keyOf(key)} = ${inline(value)}`),
    ...sections.flatMap(([key, value]) => sectionOf(value, [...path, key])),
  ];
}

function sectionOf(value: Plain, path: readonly string[]): readonly string[] {
  const name = path.map(keyOf).join(".");
  if (isList(value)) {
    return value.flatMap((each) => ["", `[[${name}]]`, ...linesOf(tableIn(each), path)]);
  }
  const table = tableIn(value);
  const inner = linesOf(table, path);
  // A header of its own is only for what stands right under it.
  return inner[0] === "" ? inner : ["", `[${name}]`, ...inner];
}

/** What does not fit into a line, or is told by lines of its own. */
function isSection(value: Plain): boolean {
  if (isList(value)) {
    const isOfTables = value.length > 0 && value.every((each) => isTable(each));
    return (
      isOfTables && (value.some((each) => hasLines(each)) || inline(value).length > widest / 2)
    );
  }
  return isTable(value) && (hasLines(value) || inline(value).length > widest / 2 || isDeep(value));
}

function isDeep(value: Plain): boolean {
  return Object.values(tableIn(value)).some((each) => isTable(each));
}

function hasLines(value: Plain): boolean {
  if (typeof value === "string") return value.includes("\n");
  if (isList(value)) return value.some((each) => hasLines(each));
  return isTable(value) && Object.values(value).some((each) => hasLines(each));
}

/** A value in one line, or a list in a line for each of its items. */
export function inline(value: Plain): string {
  if (typeof value === "string") return text(value);
  if (isList(value)) return listOf(value);
  if (!isTable(value)) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `${keyOf(key)} = ${inline(each)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function listOf(value: readonly Plain[]): string {
  const items = value.map((each) => inline(each));
  const line = `[${items.join(", ")}]`;
  if (line.length <= widest || items.some((each) => each.includes("\n"))) return line;
  return `[\n${items.map((each) => `  ${each},\n`).join("")}]`;
}

function keyOf(key: string): string {
  return /^[\w-]+$/.test(key) ? key : basic(key);
}

/** As it is, where nothing in it would have to be escaped. */
function text(value: string): string {
  // oxlint-disable-next-line no-control-regex -- these cannot stand in TOML as they are
  const isPlain = !/[\u0000-\u0008\u000b-\u001f\u007f]|'''|'$/.test(value);
  if (value.includes("\n")) return isPlain ? `'''\n${value}'''` : basic(value);
  return isPlain && /["\\]/.test(value) && !value.includes("'") ? `'${value}'` : basic(value);
}

/** JSON escapes all that TOML wants escaped, but for the last of the control characters. */
function basic(value: string): string {
  return JSON.stringify(value).replaceAll("\u007f", String.raw`\u007f`);
}

function isTable(value: Plain): value is Table {
  return typeof value === "object" && !isList(value);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function tableIn(value: Plain): Table {
  return isTable(value) ? value : {};
}
