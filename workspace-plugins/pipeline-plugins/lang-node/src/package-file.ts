/** The text at these keys of a `package.json`, if there is one. */
export function packageText(json: string, ...keys: readonly string[]): string | undefined {
  const found = keys.reduce<unknown>(
    (value, key) => (isTable(value) ? value[key] : undefined),
    parsed(json),
  );
  return typeof found === "string" ? found : undefined;
}

function isTable(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** A file that is no JSON says nothing; npm itself tells what is wrong with it. */
function parsed(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
