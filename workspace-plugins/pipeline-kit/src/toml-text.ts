import { TomlError, parse } from "smol-toml";

/** The text at these keys of a file in TOML, if there is one. */
export function tomlText(toml: string, ...keys: readonly string[]): string | undefined {
  const found = keys.reduce<unknown>(
    (value, key) => (isTable(value) ? value[key] : undefined),
    parsed(toml),
  );
  return typeof found === "string" ? found : undefined;
}

function isTable(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** A file that is no TOML says nothing; the tool that it belongs to tells what is wrong with it. */
function parsed(toml: string): unknown {
  try {
    return parse(toml);
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}
