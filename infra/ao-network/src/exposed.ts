import { z } from "zod";
import { Tag } from "./tag.ts";

/** The keys of a process that a HyperBEAM node serves at `now/<key>`; names in lower case, as the node compares them. */
export const Exposed = z.record(z.string(), z.unknown());
export type Exposed = Readonly<z.output<typeof Exposed>>;

const Patch = z.looseObject({
  Tags: z.array(z.looseObject({ name: Tag.shape.name, value: z.unknown() })),
});

/** What every message carries, whatever it sets. */
const carried = new Set([
  "data-protocol",
  "device",
  "method",
  "reference",
  "target",
  "type",
  "variant",
]);

/** `exposed` after the messages of one result: those of the device `patch@1.0` set their tags. */
export function expose(exposed: Exposed, messages: unknown): Exposed {
  const parsed = z.array(z.unknown()).safeParse(messages);
  const patches = (parsed.data ?? []).map(patchOf);
  return patches.reduce<Exposed>((before, patch) => merge(before, patch), exposed);
}

/** The value at a path such as `cache/deploy`; `undefined` when nothing was set there. */
export function exposedAt(exposed: Exposed, path: string): unknown {
  return path.split("/").reduce<unknown>((value, name) => {
    const fields = Exposed.safeParse(value).data ?? {};
    return new Map(Object.entries(fields)).get(name.toLowerCase());
  }, exposed);
}

function patchOf(message: unknown): Exposed {
  const parsed = Patch.safeParse(message);
  if (!parsed.success) return {};
  const tags = parsed.data.Tags.map(({ name, value }) => [name.toLowerCase(), value] as const);
  const isPatch = tags.some(([name, value]) => name === "device" && value === "patch@1.0");
  if (!isPatch) return {};
  return Object.fromEntries(
    tags.filter(([name]) => !carried.has(name)).map(([name, value]) => [name, lowerCased(value)]),
  );
}

/** Tables are set key by key: what an earlier message put beside a key stays. */
function merge(before: Exposed, patch: Exposed): Exposed {
  const merged = Object.entries(patch).map(([name, value]) => {
    const [old, next] = [Exposed.safeParse(before[name]), Exposed.safeParse(value)];
    return [name, old.success && next.success ? merge(old.data, next.data) : value] as const;
  });
  return { ...before, ...Object.fromEntries(merged) };
}

function lowerCased(value: unknown): unknown {
  const record = Exposed.safeParse(value);
  if (!record.success) return value;
  return Object.fromEntries(
    Object.entries(record.data).map(([name, inner]) => [name.toLowerCase(), lowerCased(inner)]),
  );
}
