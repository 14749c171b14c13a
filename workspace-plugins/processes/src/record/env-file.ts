/** A line of a `.env` file as its readers take it: the key, then a value that may be quoted and run over lines. */
const assignment =
  /^(\s*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*)('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^#\r\n]*)/gm;

/**
 * The text with one key set, and every other byte as it was: comments, quotes, line ends, order. Of a key that is there
 * more than once the last is what readers take. `value` needs no quotes.
 */
export function setVariable(text: string, key: string, value: string): string {
  const found = [...text.matchAll(assignment)].findLast(([, , name]) => name === key);
  return found === undefined ? appended(text, key, value) : replaced(text, found, value);
}

function replaced(text: string, found: RegExpExecArray, value: string): string {
  const [, head = "", , old = ""] = found;
  const start = found.index + head.length;
  const quote = /^(['"`])/.exec(old)?.[1] ?? "";
  // What follows an unquoted value is space before a comment.
  const kept = quote === "" ? old.slice(old.trimEnd().length) : "";
  return `${text.slice(0, start)}${quote}${value}${quote}${kept}${text.slice(start + old.length)}`;
}

function appended(text: string, key: string, value: string): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  if (text === "" || text.endsWith("\n")) return `${text}${key}=${value}${end}`;
  return `${text}${end}${key}=${value}`;
}
