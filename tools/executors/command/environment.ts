import path from "node:path";

/** The same everywhere, so that output does not differ by who runs a command and where. */
const fixed = { LC_ALL: "C.UTF-8", TZ: "UTC" };

/**
 * All that a command sees: PATH with the programs of the workspace's packages first, HOME, a locale and a time zone that
 * are the same everywhere, what the target declares, and its own options, each over those before it.
 */
export function commandEnvironment(from: {
  readonly workspaceRoot: string;
  readonly ambient: Readonly<Record<string, string | undefined>>;
  /** Names of variables that the target declares as inputs. */
  readonly declared: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  const { ambient } = from;
  const own = path.join(from.workspaceRoot, "node_modules", ".bin");
  const search = [own, ambient["PATH"]].filter((part) => part !== undefined && part !== "");
  const passed = ["HOME", ...from.declared].flatMap((name) => {
    const value = ambient[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...fixed,
    PATH: search.join(path.delimiter),
    ...Object.fromEntries(passed),
    ...from.options,
  };
}
