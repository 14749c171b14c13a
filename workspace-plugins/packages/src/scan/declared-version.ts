import semver from "semver";
import type { Language } from "../package-name.ts";
import { npmRange } from "../show-deps/npm-range.ts";
import { pythonRange } from "../show-deps/python-range.ts";

/** What a constraint of a dependency lets: `any` version, `exact`ly one, a `range`; or it says nothing. */
export type ConstraintState = "any" | "exact" | "range" | "unreadable";

export function constraintState(language: Language, constraint: string): ConstraintState {
  const text = constraint.trim();
  if (["", "*", "latest"].includes(text)) return "any";
  switch (language) {
    case "python":
      return pythonState(text);
    case "javascript":
      return npmState(text);
    case "rust":
      return cargoState(text);
    case "go":
      return goState(text);
  }
}

function pythonState(text: string): ConstraintState {
  const range = pythonRange(text);
  if (range === undefined) return "unreadable";
  // `==1.*` is a range.
  return /^={2,3}[^*,]+$/.test(range.split(";", 1)[0]?.trim() ?? "") ? "exact" : "range";
}

function npmState(text: string): ConstraintState {
  if (npmRange(text) === undefined) return "unreadable";
  return semver.valid(text.replace(/^={1,3}/, "")) === null ? "range" : "exact";
}

/** A bare version is `^` of it (Cargo book, Specifying Dependencies). */
function cargoState(text: string): ConstraintState {
  if (npmRange(text) === undefined) return "unreadable";
  return /^=[^,]*$/.test(text) && !text.includes("*") ? "exact" : "range";
}

/** A version is the least that will do, and all that Go knows of constraints; aigg's users write ranges too. */
function goState(text: string): ConstraintState {
  const isVersion = /^v\d+\.\d+\.\d+/.test(text) && semver.valid(text) !== null;
  return isVersion || npmRange(text) !== undefined ? "range" : "unreadable";
}
