/** By a call of its own: an import of `node:buffer` takes 3 ms, as it loads all that it exports. */
export function isUtf8(bytes: Uint8Array): boolean {
  return process.getBuiltinModule("node:buffer").isUtf8(bytes);
}
