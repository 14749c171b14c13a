/** Whether the file system answered with one of these codes, such as ENOENT. */
export function hasCode(error: unknown, codes: readonly unknown[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code);
}
