/** A newer core may say what we do not know: left out, a guarded job would run. */
export function unknown(what: string): Error {
  return new Error(`this plugin does not know ${what}: it is older than the graph`);
}
