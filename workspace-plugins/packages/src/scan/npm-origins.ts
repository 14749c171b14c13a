import { isBuiltin } from "node:module";
import type { OriginsOf } from "./origin.ts";

const packageName = /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*$/;

/** `ownName` is that of the `package.json` which the package ships: imports of it lead to itself. */
export function npmOrigins(ownName: string | undefined): OriginsOf {
  return (_file, { specifier, kind }) => {
    if (/^(?:[./#]|[A-Za-z]:[\\/])/.test(specifier)) return [{ kind: "own" }];
    if (isBuiltin(specifier) || /^(?:node|bun):/.test(specifier)) return [{ kind: "standard" }];
    const bare = specifier.replace(/^npm:\/?(@?[^@]+).*$/s, "$1");
    const name = bare.split("/", bare.startsWith("@") ? 2 : 1).join("/");
    if (name.startsWith("@aigogo/")) {
      return [{ kind: "agent-package", key: name.slice("@aigogo/".length) }];
    }
    if (name === ownName) return [{ kind: "own" }];
    if (!packageName.test(name)) return [{ kind: "unusable" }];
    const types = kind === "types" ? [typesOf(name)] : [];
    return [{ kind: "package", names: [name, ...types], version: undefined }];
  };
}

/** `@types/scope__name` of `@scope/name`: the types of a package that has none. */
function typesOf(name: string): string {
  return `@types/${name.replace(/^@(.*)\/(.*)$/, "$1__$2")}`;
}
