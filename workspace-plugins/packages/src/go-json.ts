/** JSON with two spaces as Go's encoder writes it, which also escapes what HTML would read. No newline at the end. */
export function goJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
