import { parseLua } from "./lua-file.ts";

/** The handlers that a bundled code adds: its manifest may be long gone. Code that was evaluated is Lua. */
export function handlersIn(code: string): readonly string[] {
  const parsed = parseLua(Buffer.from(code), "bundle.lua");
  if (!parsed.ok) throw new Error(`internal: ${parsed.failure.reason} in code that has run`);
  return [...new Set(parsed.value.handlers.map(({ name }) => name))].toSorted();
}
