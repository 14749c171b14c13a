/** By a call of its own: an import of `node:buffer` takes 3 ms, as it loads all that it exports. */
export function isUtf8(bytes: Uint8Array): boolean {
  return process.getBuiltinModule("node:buffer").isUtf8(bytes);
}

/** Node writes U+FFFD for what is no UTF-8 in a name: one that has it may be that of another file than it says. */
export function isCertain(name: string): boolean {
  return !name.includes("\uFFFD");
}
