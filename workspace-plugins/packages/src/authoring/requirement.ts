import { validRange } from "@renovatebot/pep440";
import { parsePipRequirementsLine } from "pip-requirements-js";
import type { Dependency } from "./dependency.ts";

/**
 * A requirement of PEP 508 as a manifest declares it: extras stay with the name, a marker with the version, and any
 * version is `*`. `undefined` for one that names a place (`name @ https://…`), or is no requirement.
 */
export function dependencyOf(requirement: string): Dependency | undefined {
  const parsed = parsed508(requirement);
  if (parsed === undefined) return undefined;
  const extras = parsed.extras.length === 0 ? "" : `[${parsed.extras.join(",")}]`;
  const range = parsed.range === "" ? "*" : parsed.range;
  const marker = requirement.includes(";") ? requirement.slice(requirement.indexOf(";") + 1) : "";
  return { package: `${parsed.name}${extras}`, version: withMarker(range, marker) };
}

/** The version with a marker behind it, where there is one. */
export function withMarker(range: string, marker: string): string {
  return marker.trim() === "" ? range : `${range}; ${marker.trim()}`;
}

/** PyPI's one name for `A.b`, `a-b` and `a_b` (PEP 503), without extras. */
export function pythonIdentity(name: string): string {
  return name
    .replace(/\[.*$/, "")
    .trim()
    .toLowerCase()
    .replaceAll(/[-_.]+/g, "-");
}

type Parsed = { readonly name: string; readonly extras: readonly string[]; readonly range: string };

function parsed508(text: string): Parsed | undefined {
  // A comment or an option is part of pip's files, not of a requirement.
  if (/[#\n]|\s--/.test(text)) return undefined;
  try {
    const parsed = parsePipRequirementsLine(text);
    if (parsed?.type !== "ProjectName") return undefined;
    const parts = (parsed.versionSpec ?? []).map(({ operator, version }) => operator + version);
    const range = parts.join(",");
    if (range !== "" && !validRange(range)) return undefined;
    return { name: parsed.name, extras: parsed.extras ?? [], range };
  } catch (error) {
    // It says what it expected, in terms of its grammar; whose requirement this is says more.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
