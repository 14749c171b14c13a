import path from "node:path";
import { pythonIn } from "./python-environment.ts";
import type { ScriptLanguage } from "./runtime.ts";

/** A program to start where the user stands, and the variables that it gets beside the user's. */
export type PreparedScript = {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

type Start = {
  /** Python's gives way to that of the environment. */
  readonly program: string;
  /** The package's files in the store. */
  readonly folder: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where there are dependencies. */
  readonly environmentFolder?: string;
};

export function started(language: ScriptLanguage, start: Start): PreparedScript {
  return language === "python" ? startedPython(start) : startedNode(start);
}

function startedPython(start: Start): PreparedScript {
  const { program, folder, script, args, environment, environmentFolder } = start;
  const venv = environmentFolder === undefined ? undefined : path.join(environmentFolder, ".venv");
  return {
    program: environmentFolder === undefined ? program : pythonIn(environmentFolder),
    args: [path.join(folder, script), ...args],
    environment: {
      PYTHONPATH: listed(folder, environment["PYTHONPATH"]),
      // The store is not written to, also not by root.
      PYTHONDONTWRITEBYTECODE: "1",
      ...(venv === undefined
        ? {}
        : { VIRTUAL_ENV: venv, PATH: listed(path.join(venv, "bin"), environment["PATH"]) }),
    },
  };
}

/** ES modules look beside the file that imports, and not in NODE_PATH: a link to the package must stay one. */
function startedNode(start: Start): PreparedScript {
  const { program, folder, script, args, environment, environmentFolder } = start;
  const modules =
    environmentFolder === undefined ? [] : [path.join(environmentFolder, "node_modules")];
  const NODE_PATH = listed([folder, ...modules].join(path.delimiter), environment["NODE_PATH"]);
  if (environmentFolder === undefined) {
    return { program, args: [path.join(folder, script), ...args], environment: { NODE_PATH } };
  }
  const file = path.join(environmentFolder, "files", script);
  const keepsLinks = ["--preserve-symlinks", "--preserve-symlinks-main"];
  const bin = path.join(environmentFolder, "node_modules", ".bin");
  return {
    program,
    args: [...keepsLinks, file, ...args],
    environment: { NODE_PATH, PATH: listed(bin, environment["PATH"]) },
  };
}

function listed(first: string, rest: string | undefined): string {
  return rest === undefined || rest === "" ? first : `${first}${path.delimiter}${rest}`;
}
