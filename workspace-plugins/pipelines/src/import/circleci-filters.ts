import { Taking, textsOf } from "./located.ts";
import type { Located } from "./located.ts";

/** When a job runs, by the branches and tags that are pushed. */
export type Filters = {
  /** `undefined`: whatever is pushed. */
  readonly condition: string | undefined;
  readonly hasTags: boolean;
};

/** `filters` of a job of a workflow. `undefined`: they cannot be said. */
export function importFilters(located: Located | undefined): Filters | undefined {
  if (located === undefined) return { condition: "!tag", hasTags: false };
  if (located.kind !== "table") return undefined;
  const taking = new Taking(located);
  const branches = taking.take("branches");
  const tags = taking.take("tags");
  const onBranches = sideOf(branches, "branch");
  const onTags = tags === undefined ? "never" : sideOf(tags, "tag");
  if (taking.left().length > 0 || onBranches === undefined || onTags === undefined)
    return undefined;
  if (onTags === "never") {
    return { condition: onBranches === "any" ? "!tag" : onBranches, hasTags: false };
  }
  if (onBranches === "never")
    return { condition: onTags === "any" ? "tag" : onTags, hasTags: true };
  if (onBranches === "any" && onTags === "any") return { condition: undefined, hasTags: true };
  const branch = onBranches === "any" ? "!tag" : onBranches;
  return { condition: `${branch} || ${onTags === "any" ? "tag" : onTags}`, hasTags: true };
}

/** `any`, `never`, or a condition. `undefined`: it cannot be said. */
function sideOf(located: Located | undefined, fact: "branch" | "tag"): string | undefined {
  if (located === undefined) return "any";
  const taking = new Taking(located);
  const only = textsOf(taking.take("only"));
  const ignored = textsOf(taking.take("ignore"));
  if (taking.left().length > 0 || (only.length > 0 && ignored.length > 0)) return undefined;
  const tests = [...only, ...ignored].map((each) => testOf(each, fact));
  if (tests.includes(undefined)) return undefined;
  const isAny = tests.includes("any");
  if (only.length > 0)
    return isAny ? "any" : tests.length === 1 ? tests[0] : `(${tests.join(" || ")})`;
  if (ignored.length === 0) return "any";
  return isAny ? "never" : `(${fact} && !(${tests.join(" || ")}))`;
}

function testOf(text: string, fact: string): string | undefined {
  const pattern = /^\/(.*)\/$/.exec(text)?.[1];
  if (pattern === undefined) return /["\\]/.test(text) ? undefined : `${fact} == "${text}"`;
  const glob = globOf(pattern);
  if (glob === undefined) return undefined;
  return glob === "**" ? "any" : `${fact} matches "${glob}"`;
}

/** A regular expression, which has to fit the whole name, as a glob. */
export function globOf(pattern: string): string | undefined {
  const inner = pattern.replace(/^\^/, "").replace(/\$$/, "");
  let glob = "";
  for (const [part] of inner.matchAll(/\.\*|\[\^\/\][*+]|\\[./-]|[\w/@#:-]+|[^]/g)) {
    if (part === ".*") glob += "**";
    else if (part === "[^/]*") glob += "*";
    else if (/^\\[./-]$/.test(part)) glob += part.slice(1);
    else if (/^[\w/@#:-]+$/.test(part)) glob += part;
    else return undefined;
  }
  return glob;
}
