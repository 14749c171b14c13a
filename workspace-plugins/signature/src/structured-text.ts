import path from "node:path";

/**
 * The value that a text stands for, by the ending of its file's name: YAML, TOML, else JSON. `undefined` for a text that
 * is none or whose value JSON cannot say. Parsers are loaded for the first text that needs them.
 */
export async function parseStructured(file: string, text: string): Promise<unknown> {
  const ending = path.posix.extname(file).toLowerCase();
  if (ending === ".yml" || ending === ".yaml") return parseYaml(text);
  return ending === ".toml" ? parseToml(text) : parseJson(text);
}

async function parseYaml(text: string): Promise<unknown> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) return undefined;
  try {
    return inJson(document.toJS());
  } catch (error) {
    // Aliases that grow without end, or lead nowhere.
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

async function parseToml(text: string): Promise<unknown> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return inJson(parse(text));
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `undefined` where something in it is no JSON: a date, a set, an infinite number. */
function inJson(value: unknown): unknown {
  return isJson(value) ? value : undefined;
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain && Object.values(value).every(isJson);
}
