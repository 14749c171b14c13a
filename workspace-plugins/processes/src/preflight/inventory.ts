import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { parseShaped } from "../json.ts";

const Global = z.object({
  name: z.string(),
  kind: z.string(),
  /** Bytes of a string; entries of a table, those of tables in it included. */
  size: z.int().nonnegative().optional(),
  /** Of declared state only: equal for equal values, in whatever order they lie. */
  content: z.string().optional(),
  /** Of declared state only: the first keys of a table. */
  keys: z.array(z.string()).optional(),
});
export type Global = Readonly<z.output<typeof Global>>;

const Inventory = z.object({ globals: z.array(Global), handlers: z.array(z.string()) });

/** What a process holds by name, sorted. */
export type Inventory = {
  readonly globals: readonly Global[];
  readonly handlers: readonly string[];
};

const marker = "slipway-inventory:";

/** Keys of one table that are told; of a larger one only sizes are compared. */
const keysTold = 2000;

/**
 * Lua that answers with the process's inventory. Globals of `own` are left out while they are of the same kind; of
 * those in `state` the content is told too. It reads raw: no metamethod of the process runs.
 */
export function inventoryProbe(own: readonly Global[], state: readonly string[]): string {
  const kinds = own.filter(({ name }) => !state.includes(name));
  const skip = luaTable(kinds.map(({ name, kind }) => [name, kind]));
  return `local skip, state = ${skip}, ${luaTable(state.map((name) => [name, "state"]))}\n${probe}`;
}

/** Reads the answer of the probe out of what a process printed. */
export function parseInventory(output: string): Result<Inventory, string> {
  const text = output
    .split("\n")
    .find((line) => line.startsWith(marker))
    ?.slice(marker.length);
  if (text === undefined) return fail("the process did not answer");
  const parsed = parseShaped(text, Inventory);
  if (!parsed.ok) return parsed;
  const { globals, handlers } = parsed.value;
  return ok({
    globals: globals.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    handlers: [...new Set(handlers)].toSorted(),
  });
}

function luaTable(entries: readonly (readonly [string, string])[]): string {
  const fields = entries.map(([name, value]) => `[${luaString(name)}] = ${luaString(value)}`);
  return `{ ${fields.join(", ")} }`;
}

/** Any text as a Lua literal, by its bytes. */
function luaString(text: string): string {
  const bytes = [...Buffer.from(text, "utf8")];
  return `"${bytes.map((byte) => `\\${String(byte).padStart(3, "0")}`).join("")}"`;
}

const probe = `
local json = require("json")
local own = { [_G] = true, [package] = true, [package.loaded] = true, [package.preload] = true }
for _, loaded in next, package.loaded do own[loaded] = true end
if type(ao) == "table" then own[ao] = true end
if type(Handlers) == "table" then own[Handlers] = true end
if type(Inbox) == "table" then own[Inbox] = true end

local function entriesOf(root)
  local seen, waiting, count = { [root] = true }, { root }, 0
  while #waiting > 0 do
    local at = waiting[#waiting]
    waiting[#waiting] = nil
    for _, value in next, at do
      count = count + 1
      if type(value) == "table" and not seen[value] and not own[value] then
        seen[value] = true
        waiting[#waiting + 1] = value
      end
    end
  end
  return count
end

local function hashOf(text)
  local hash = 0xcbf29ce484222325
  for i = 1, #text do hash = (hash ~ text:byte(i)) * 0x100000001b3 end
  return hash
end

local function contentOf(value, done)
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then
    return hashOf(kind .. ":" .. tostring(value))
  end
  if kind ~= "table" then return hashOf(kind) end
  if done[value] then return done[value] end
  done[value] = 1
  local sum = 2
  for key, entry in next, value do
    local pair = (contentOf(key, done) ~ (contentOf(entry, done) * 0x9e3779b97f4a7c15)) * 0x100000001b3
    sum = sum + (pair ~ (pair >> 29))
  end
  done[value] = sum
  return sum
end

local function keysOf(root)
  local keys = {}
  for key in next, root do
    if #keys == ${keysTold} then return nil end
    keys[#keys + 1] = tostring(key)
  end
  return keys
end

local globals = {}
for name, value in next, _G do
  local kind = type(value)
  if type(name) == "string" and skip[name] ~= kind then
    local told = { name = name, kind = kind }
    if kind == "string" then told.size = #value end
    if kind == "table" then told.size = entriesOf(value) end
    if state[name] then
      local isRead, content = pcall(contentOf, value, {})
      if isRead then told.content = string.format("%016x", content) end
      if kind == "table" then told.keys = keysOf(value) end
    end
    globals[#globals + 1] = told
  end
end
local handlers = {}
for _, handler in ipairs(Handlers.list) do handlers[#handlers + 1] = tostring(handler.name) end
return "${marker}" .. json.encode({ globals = globals, handlers = handlers })
`;
