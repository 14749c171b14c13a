import type { Pipeline } from "../definition/pipeline.ts";
import type { FoundProblem } from "../definition/toml-problems.ts";
import type { Use } from "../plan/steps.ts";
import { isModuleName, parseAddress, placeText } from "./address.ts";
import type { Address, ModuleName } from "./address.ts";
import { parseConstraint } from "./constraint.ts";
import type { Constraint } from "./constraint.ts";
import type { Root } from "./resolve.ts";

/** What a `cig.toml` asks for. */
export type Asked = {
  readonly roots: readonly Root[];
  /** Where a module comes from that the file gives a source, by name. */
  readonly sources: ReadonlyMap<ModuleName, Exclude<Address, { readonly kind: "short" }>>;
  readonly problems: readonly FoundProblem[];
};

/** From `[plugins]`, the providers of outputs, and what steps and jobs use. */
export function askedBy(pipeline: Pipeline, uses: readonly Use[]): Asked {
  const problems: FoundProblem[] = [];
  const roots: Root[] = [];
  const sources = new Map<ModuleName, Exclude<Address, { readonly kind: "short" }>>();
  const tell = (path: readonly PropertyKey[], message: string): void =>
    void problems.push({ path, message });
  for (const [name, entry] of Object.entries(pipeline.plugins ?? {})) {
    const asked = pluginRoots(name, entry, tell);
    roots.push(...asked.roots);
    if (asked.source !== undefined && isModuleName(name)) sources.set(name, asked.source);
  }
  for (const [at, { provider }] of (pipeline.outputs ?? []).entries()) {
    const address = parseAddress(`provider/${provider}`);
    if (!("message" in address)) roots.push({ address, by: `outputs.${at}` });
  }
  for (const { module, constraint, path } of uses) {
    const text = constraint === undefined ? module : `${module}@${constraint}`;
    const address = parseAddress(text);
    if ("message" in address) tell(path, `${address.message} (character ${address.column})`);
    else roots.push({ address, by: path.join(".") });
  }
  return { roots, sources, problems };
}

type Entry = NonNullable<Pipeline["plugins"]>[string];

function pluginRoots(
  name: string,
  entry: Entry,
  tell: (path: readonly PropertyKey[], message: string) => void,
): Pick<Asked, "roots"> & { readonly source?: Exclude<Address, { readonly kind: "short" }> } {
  const path = ["plugins", name];
  const by = path.join(".");
  if (!isModuleName(name)) {
    tell(path, "a plugin is named namespace/name, in lower-case letters, digits and -");
    return { roots: [] };
  }
  const { version, source } = typeof entry === "string" ? { version: entry } : entry;
  const constraint = version === undefined ? undefined : parseConstraint(version);
  if (constraint !== undefined && "message" in constraint) {
    const at = typeof entry === "string" ? path : [...path, "version"];
    tell(at, `${constraint.message} (character ${constraint.column})`);
    return { roots: [] };
  }
  const short: readonly Root[] =
    constraint === undefined ? [] : [{ address: { kind: "short", name, constraint }, by }];
  if (source === undefined) {
    return constraint === undefined ? { roots: plain(name, by) } : { roots: short };
  }
  const address = parseAddress(source);
  const problem = "message" in address ? address : sourceProblem(name, address, constraint);
  if (problem !== undefined) {
    tell([...path, "source"], `${problem.message} (character ${problem.column})`);
    return { roots: [] };
  }
  if ("message" in address || address.kind === "short") return { roots: [] };
  return { roots: [{ address, by }, ...short], source: address };
}

function plain(name: ModuleName, by: string): readonly Root[] {
  const address = parseAddress(name);
  return "message" in address ? [] : [{ address, by }];
}

function sourceProblem(name: string, address: Address, constraint: Constraint | undefined) {
  if (address.kind === "short") {
    const message = "a source names where it comes from: host/namespace/name, or ./folder";
    return { message, column: 1 };
  }
  if (address.kind !== "registry") return undefined;
  if (address.name !== name) return { message: `it is ${address.name}, not ${name}`, column: 1 };
  return constraint !== undefined && address.constraint.text !== "*"
    ? { message: "the constraint is said twice: it is under version too", column: 1 }
    : undefined;
}

/** What of it a resolution is made from, as texts. */
export function askedTexts({ roots, sources }: Asked): readonly string[] {
  return [
    ...roots.map(({ address }) => addressText(address)),
    ...[...sources].map(([name, source]) => `${name} from ${placeText(source)}`),
  ];
}

export function addressText(address: Address): string {
  switch (address.kind) {
    case "short":
      return `${address.name}@${address.constraint.text}`;
    case "registry":
      return `${placeText(address)}@${address.constraint.text}`;
    case "git":
    case "local":
      return placeText(address);
  }
}
