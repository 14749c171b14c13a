/**
 * 43 characters of base64url for 32 bytes: an item, a process, a module or a wallet's address. Canonical: the unused
 * bits of the last character are zero, as only such an id survives a trip through bytes.
 */
export type Id = string & { readonly __brand: "Id" };

const pattern = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export function parseId(text: string): Id | undefined {
  return isId(text) ? text : undefined;
}

function isId(text: string): text is Id {
  return pattern.test(text);
}

export function idOfBytes(bytes: Uint8Array): Id {
  const text = Buffer.from(bytes).toString("base64url");
  if (!isId(text)) throw new Error(`internal: not 32 bytes: ${text}`);
  return text;
}
