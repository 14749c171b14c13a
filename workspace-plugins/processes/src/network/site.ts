/** Of an address: paths are put behind it. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
