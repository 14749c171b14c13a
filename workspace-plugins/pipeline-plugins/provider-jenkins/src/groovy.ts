/** A piece of Groovy that stands as it is, where a text would be quoted. */
export type Code = { readonly code: string };

export type Argument = string | number | boolean | Code | readonly Argument[] | Named;

/** Named arguments, or a map. */
export type Named = { readonly named: readonly (readonly [name: string, value: Argument])[] };

/** What stands in a block of a pipeline: a call, with a block of its own or without, an assignment, or a choice. */
export type Node =
  | Code
  | { readonly call: string; readonly with?: readonly Argument[]; readonly body?: readonly Node[] }
  | { readonly set: string; readonly to: Argument }
  | { readonly if: string; readonly body: readonly Node[] };

export function code(text: string): Code {
  return { code: text };
}

export function call(name: string, ...given: readonly Argument[]): Node {
  return { call: name, with: given };
}

/** A call of a function of the script, with its brackets. */
export function invoke(name: string, ...given: readonly Argument[]): Code {
  return { code: `${name}(${given.map(argumentOf).join(", ")})` };
}

/** A call of a block: `timeout(time: 5) { ... }`. */
export function block(name: string, given: readonly Argument[], body: readonly Node[]): Node {
  return { call: name, with: given, body };
}

export function named(of: Readonly<Record<string, Argument | undefined>>): Named {
  return {
    named: Object.entries(of).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  };
}

/** Longer constants than 65 535 bytes are none for the compiler. */
const longestConstant = 16_000;

/** A text in single quotes, in which `$` is a letter as any other. One of several lines stands on several. */
export function textOf(text: string): string {
  if (text.length > longestConstant) {
    const pieces = Array.from({ length: Math.ceil(text.length / longestConstant) }, (_, at) =>
      quote(text.slice(at * longestConstant, (at + 1) * longestConstant)),
    );
    return `(${pieces.join(" + ")})`;
  }
  return quote(text);
}

function quote(text: string): string {
  return text.includes("\n")
    ? `'''${escaped(text).replaceAll(/''(?=')|'$/g, (quotes) => quotes.replaceAll("'", String.raw`\'`))}'''`
    : `'${escaped(text).replaceAll("'", String.raw`\'`)}'`;
}

const letters = new Map([
  ["\\", String.raw`\\`],
  ["\r", String.raw`\r`],
  ["\t", String.raw`\t`],
]);

/** What nobody sees is said by its number. */
function escaped(text: string): string {
  return text.replaceAll(/(?! )[\\\p{C}\p{Zl}\p{Zp}\p{Zs}]/gu, (letter) => {
    if (letter === "\n") return letter;
    return letters.get(letter) ?? numbered(letter);
  });
}

function numbered(letter: string): string {
  return Array.from({ length: letter.length }, (_, at) => {
    const hex = letter.charCodeAt(at).toString(16).padStart(4, "0");
    return String.raw`\u${hex}`;
  }).join("");
}

export function argumentOf(argument: Argument): string {
  if (typeof argument === "string") return textOf(argument);
  if (typeof argument !== "object") return String(argument);
  if ("code" in argument) return argument.code;
  if ("named" in argument) {
    return argument.named.length === 0 ? "[:]" : `[${namedOf(argument)}]`;
  }
  return `[${argument.map(argumentOf).join(", ")}]`;
}

function namedOf({ named: of }: Named): string {
  return of.map(([name, value]) => `${nameOf(name)}: ${argumentOf(value)}`).join(", ");
}

function nameOf(name: string): string {
  return /^[A-Za-z_$]\w*$/.test(name) ? name : textOf(name);
}

/** Lines of a block, indented by four for each block around them; what is within quotes stays where it is. */
export function linesOf(nodes: readonly Node[], depth = 0): readonly string[] {
  const margin = "    ".repeat(depth);
  return nodes.flatMap((node) => {
    if ("code" in node) return [`${margin}${node.code}`];
    if ("set" in node) return [`${margin}${node.set} = ${argumentOf(node.to)}`];
    const [head, body] = "if" in node ? [`if (${node.if})`, node.body] : [headOf(node), node.body];
    return body === undefined
      ? [`${margin}${head}`]
      : [`${margin}${head} {`, ...linesOf(body, depth + 1), `${margin}}`];
  });
}

function headOf({ call: name, with: given = [], body }: Extract<Node, { call: string }>): string {
  const [only] = given;
  if (only === undefined) return body === undefined ? `${name}()` : name;
  const listed = given.map((each) =>
    typeof each === "object" && "named" in each && each.named.length > 0
      ? namedOf(each)
      : argumentOf(each),
  );
  const isBare = body === undefined && given.length === 1 && isOpen(only);
  return isBare ? `${name} ${listed.join(", ")}` : `${name}(${listed.join(", ")})`;
}

/** Whether it can follow the name of a call without brackets: a list would be an index of it. */
function isOpen(argument: Argument): boolean {
  if (typeof argument !== "object") return typeof argument !== "string" || isShort(argument);
  return "named" in argument && argument.named.length > 0;
}

function isShort(text: string): boolean {
  return text.length <= longestConstant;
}
