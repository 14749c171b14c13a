import { isBuiltin } from "node:module";
import path from "node:path";
import type { Origin, OriginsOf } from "./origin.ts";
import { unpackedAmong } from "./project-files.ts";
import type { ProjectFiles } from "./project-files.ts";

const packageName = /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*$/;

/** `ownName` is that of the `package.json` which the package ships: imports of it lead to itself. */
export function npmOrigins(ownName: string | undefined, files: ProjectFiles): OriginsOf {
  return (file, { specifier, kind }) => {
    if (/^\.\.?(?:\/|$)/.test(specifier)) return [ownFile(file, specifier, files)];
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

const endings = ["js", "mjs", "cjs", "ts", "tsx", "jsx", "mts", "cts", "json", "d.ts", "node"];

/** As Node, TypeScript and bundlers find a relative path: as it is, with an ending, in a folder, `.ts` for `.js`. */
function ownFile(file: string, specifier: string, files: ProjectFiles): Origin {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const bare = target.replace(/\.([cm]?)js$/, ".$1ts");
  const folder = endings.map((ending) => path.posix.join(target, `index.${ending}`));
  const named = endings.map((ending) => `${target}.${ending}`);
  const typescript = [
    bare,
    target.replace(/\.js$/, ".tsx"),
    target.replace(/\.([cm]?)js$/, ".d.$1ts"),
  ];
  const unpacked = unpackedAmong([target, ...named, ...typescript, ...folder], files);
  return unpacked === undefined ? { kind: "own" } : { kind: "unpacked", file: unpacked };
}

/** `@types/scope__name` of `@scope/name`: the types of a package that has none. */
function typesOf(name: string): string {
  return `@types/${name.replace(/^@(.*)\/(.*)$/, "$1__$2")}`;
}
