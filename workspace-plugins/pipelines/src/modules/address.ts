import { isRegistryHost, isRepository } from "@slipway/registry/reference";
import type { RegistryHost, Repository } from "@slipway/registry";
import { isPluginName } from "../plugins/plugin-name.ts";
import { anyVersion, parseConstraint } from "./constraint.ts";
import type { Constraint, TextProblem } from "./constraint.ts";

/** `namespace/name`, as the manifest of the module says too. */
export type ModuleName = string & { readonly __brand: "ModuleName" };

/** Where a module comes from. */
export type Address =
  | { readonly kind: "short"; readonly name: ModuleName; readonly constraint: Constraint }
  | {
      readonly kind: "registry";
      readonly name: ModuleName;
      readonly registry: RegistryHost;
      readonly repository: Repository;
      readonly constraint: Constraint;
    }
  | {
      readonly kind: "git";
      /** https, ssh or file, without a password. */
      readonly url: string;
      /** Of the repository, with slashes; empty for its root. */
      readonly folder: string;
      /** A tag, branch or commit. */
      readonly ref: string;
    }
  | {
      readonly kind: "local";
      /** Relative to the root of the workspace, with slashes; empty for the root itself. */
      readonly folder: string;
    };

const longestName = 128;

export function isModuleName(text: string): text is ModuleName {
  return text.length <= longestName && isPluginName(text) && isRepository(text);
}

/**
 * `namespace/name@constraint`, `registry.example/namespace/name@constraint`, `host/user/repo//folder@ref`,
 * `git+https://host/user/repo//folder@ref`, `./folder`. Without a constraint all that is released is let in.
 */
export function parseAddress(text: string): Address | TextProblem {
  const odd = /[\s\p{Cc}]/u.exec(text);
  if (odd !== null) return at(odd.index, "white space has no place in an address");
  if (text === "") return at(0, "an address is missing: namespace/name@constraint");
  if (/^\.{1,2}(?:\/|$)/.test(text)) return parseLocal(text);
  if (text.startsWith("git+")) return parseGit(text.slice(4), 4);
  if (/^[a-z+]+:\/\//i.test(text)) {
    return at(
      0,
      "a URL of a git repository begins with git+: git+https://host/user/repo//folder@ref",
    );
  }
  if (text.startsWith("/")) {
    return at(0, "a folder is named relative to the workspace, and begins with ./");
  }
  if (text.includes("//")) return parseGit(text, 0, "https://");
  return parseModule(text);
}

function at(offset: number, message: string): TextProblem {
  return { message, column: offset + 1 };
}

function parseModule(text: string): Address | TextProblem {
  const end = text.indexOf("@");
  const path = end === -1 ? text : text.slice(0, end);
  const constraint = end === -1 ? anyVersion : parseConstraint(text.slice(end + 1));
  const [first = "", ...rest] = path.split("/");
  const isHosted = rest.length > 0 && (first === "localhost" || /[.:]/.test(first));
  const segments = isHosted ? rest : [first, ...rest];
  const from = isHosted ? first.length + 1 : 0;
  if (isHosted && !isRegistryHost(first)) return at(0, `${first} is no host of a registry`);
  if (segments.length < 2) {
    return at(from, `${segments.join("/")} has no namespace: a module is named namespace/name`);
  }
  if (!isHosted && segments.length > 2) {
    return at(0, `${first} is no host, and the name of a module has two parts`);
  }
  const own = segments.slice(-2).join("/");
  const repository = segments.join("/");
  if (!isModuleName(own) || !isRepository(repository)) {
    const offset = from + oddAt(segments);
    return at(offset, "a module is named in lower-case letters, digits and -");
  }
  if ("message" in constraint) return at(end + constraint.column, constraint.message);
  return isHosted && isRegistryHost(first)
    ? { kind: "registry", name: own, registry: first, repository, constraint }
    : { kind: "short", name: own, constraint };
}

/** Where the first segment begins that no repository has. */
function oddAt(segments: readonly string[]): number {
  let offset = 0;
  for (const segment of segments) {
    if (!isRepository(segment)) return offset;
    offset += segment.length + 1;
  }
  return 0;
}

const protocols = ["https:", "ssh:", "file:"];

function parseGit(text: string, offset: number, scheme = ""): Address | TextProblem {
  const schemeEnd = /^[a-z]+:\/\//i.exec(text)?.[0].length ?? 0;
  const double = text.indexOf("//", schemeEnd);
  const refFrom = text.indexOf(
    "@",
    double === -1 ? schemeEnd + userLength(text, schemeEnd) : double,
  );
  if (refFrom === -1) {
    return at(offset + text.length, "a git repository needs a ref behind it: @v1.0.0");
  }
  const ref = text.slice(refFrom + 1);
  const repositoryEnd = double === -1 ? refFrom : double;
  const typed = `${scheme}${text.slice(0, repositoryEnd)}`;
  const url = URL.parse(typed);
  if (url === null || !protocols.includes(url.protocol)) {
    return at(offset, "a git repository is reached by https, ssh or file");
  }
  if (url.password !== "") return at(offset, "a password has no place in an address");
  if (url.search !== "" || url.hash !== "" || url.pathname.length < 2) {
    return at(offset, `${typed} names no repository`);
  }
  const folder = double === -1 ? "" : text.slice(double + 2, refFrom);
  const folderProblem = folder === "" ? undefined : oddFolder(folder);
  if (folderProblem !== undefined) return at(offset + double + 2, folderProblem);
  if (!isRef(ref)) return at(offset + refFrom + 1, `${ref === "" ? "nothing" : ref} is no ref`);
  return { kind: "git", url: typed, folder, ref };
}

/** Of `git@host`, whose @ begins no ref. */
function userLength(text: string, from: number): number {
  const host = text.slice(from).split("/")[0] ?? "";
  return host.lastIndexOf("@") + 1;
}

/** As git check-ref-format has it, and no option of git. */
function isRef(text: string): boolean {
  return /^[A-Za-z0-9_][\w./+-]{0,200}$/.test(text) && !/\.\.|\/\/|[/.]$|\.lock$|\/\./.test(text);
}

function oddFolder(folder: string): string | undefined {
  const segments = folder.split("/");
  if (segments.includes("..")) return "the folder leads out of the repository";
  if (segments.includes("") || segments.includes(".")) return "the folder has an empty part";
  if (segments.some((segment) => segment.toLowerCase() === ".git"))
    return "the folder is git's own";
  return folder.includes("\\") ? "a folder is written with slashes" : undefined;
}

function parseLocal(text: string): Address | TextProblem {
  const folder = text.replace(/^\.\/?/, "").replace(/\/$/, "");
  if (text.startsWith("..")) return at(0, "the folder leads out of the repository");
  const problem = folder === "" ? undefined : oddFolder(folder);
  if (problem !== undefined) return at(0, problem);
  const version = folder.indexOf("@");
  return version === -1
    ? { kind: "local", folder }
    : at(text.indexOf("@"), "a folder of the repository has no version: what is there counts");
}

/** Where it comes from, without what is let in. Equal for the same place only. */
export function placeText(address: Exclude<Address, { readonly kind: "short" }>): string {
  switch (address.kind) {
    case "registry":
      return `${address.registry}/${address.repository}`;
    case "git":
      return `git+${address.url}${address.folder === "" ? "" : `//${address.folder}`}@${address.ref}`;
    case "local":
      return `./${address.folder}`;
  }
}
