import { Document, Scalar, visit } from "yaml";

/**
 * YAML that readers of 1.1 and 1.2 read alike: `on`, `yes`, `0755` and `1e3` are quoted, no line is folded, nothing is said by
 * an alias, and keys stand in the order of the value.
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      const { value: text } = node;
      if (typeof text === "string" && (isLostInBlock(text) || text.search(unread) >= 0)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return printYaml(document);
}

/** A document as text, also one that was read and edited. */
export function printYaml(document: Pick<Document, "toString">): string {
  return document
    .toString({ lineWidth: 0 })
    .replaceAll(
      unread,
      (sign) => String.raw`\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** Ends of lines for readers of 1.1, as those in Go and Python are, and signs that these refuse; in double quotes they have a number. */
const unread = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A block takes the white space at its beginning for its indentation, and that of empty lines for none. */
function isLostInBlock(text: string): boolean {
  return text.includes("\n") && (/^\s/.test(text) || /\n[ \t]+(?:\n|$)/.test(text));
}
