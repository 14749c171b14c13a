/** kind/name: provider/github. */
export function isPluginName(text: string): boolean {
  return /^[a-z][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(text);
}
