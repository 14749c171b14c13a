/** One way in that a server offers: a scheme in lower case and its parameters, names in lower case. */
export type Challenge = {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
};

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[^"\\\\]|\\\\[^])*"';
const parameter = new RegExp(`(${token})\\s*=\\s*(${quoted}|${token})`, "y");
const scheme = new RegExp(`(${token})(?:\\s+|(?=,)|$)`, "y");

/**
 * `WWW-Authenticate` (RFC 9110, section 11.6.1), several challenges in one value included. What cannot be read ends the
 * list.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (let at = afterCommas(header, 0); at < header.length; at = afterCommas(header, at)) {
    const pair = matchAt(parameter, header, at);
    const open = challenges.at(-1);
    if (pair !== undefined && open !== undefined) {
      const [whole, name = "", value = ""] = pair;
      open.parameters.set(name.toLowerCase(), unquoted(value));
      at += whole.length;
      continue;
    }
    const next = pair === undefined ? matchAt(scheme, header, at) : undefined;
    if (next === undefined) break;
    const [whole, name = ""] = next;
    challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    at += whole.length;
  }
  return challenges;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function afterCommas(text: string, at: number): number {
  let next = at;
  while (next < text.length && /[\s,]/.test(text.charAt(next))) next += 1;
  return next;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\([^])/g, "$1") : value;
}
