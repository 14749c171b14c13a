/** A text with what `{{ name }}` in it stands for. Other braces stay as they are: `docker ps --format '{{ .Names }}'`. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "name"; readonly name: string; readonly offset: number };

const template = /\{\{\s*(?:([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)?)|"([^"]*)"|'([^']*)')\s*\}\}/g;

/** `{{ "text" }}` is the text itself, so that anything can be said. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of text.matchAll(template)) {
    // `${{ name }}` is a provider's own, and stays.
    if (text[match.index - 1] === "$") continue;
    if (match.index > at) parts.push({ kind: "text", text: text.slice(at, match.index) });
    const [whole, name, ...quoted] = match;
    parts.push(
      name === undefined
        ? { kind: "text", text: quoted.find((one) => one !== undefined) ?? "" }
        : { kind: "name", name, offset: match.index },
    );
    at = match.index + whole.length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}
