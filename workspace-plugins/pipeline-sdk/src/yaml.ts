import { Document, Scalar, visit } from "yaml";

/**
 * YAML that readers of 1.1 and 1.2 read alike: `on`, `yes`, `0755` and `1e3` are quoted, no line is folded, nothing is said by
 * an alias, and keys stand in the order of the value.
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === "string" && isLostInBlock(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** A block takes the white space at its beginning for its indentation, and that of empty lines for none. */
function isLostInBlock(text: string): boolean {
  return text.includes("\n") && (/^\s/.test(text) || /\n[ \t]+(?:\n|$)/.test(text));
}
