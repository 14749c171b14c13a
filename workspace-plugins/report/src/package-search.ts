import type { FoundPackage, FoundPlace, SearchResult } from "@slipway/packages";
import { printable } from "./printable.ts";

const mostCharacters = 300;

/** Each package in a few lines: what it is, what it can do, where it is. */
export function searchLines({ packages, unread }: SearchResult): readonly string[] {
  const lines = packages.flatMap((found) => [...packageLines(found), ""]);
  const count = packages.length === 1 ? "1 package found" : `${packages.length} packages found`;
  lines.push(packages.length === 0 ? "No packages found" : count);
  if (unread > 0) lines.push(`${unread} could not be read as packages`);
  return lines;
}

function packageLines(found: FoundPackage): readonly string[] {
  const { name, version, language, summary, description, capabilities, places } = found;
  const about = summary === "" ? description : summary;
  return [
    oneLine(`${name} ${version}${language === "" ? "" : ` (${language})`}`),
    ...(about === "" ? [] : [`  ${oneLine(about)}`]),
    ...(capabilities.length === 0 ? [] : [`  can ${oneLine(capabilities.join("; "))}`]),
    ...places.map((place) => `  in ${oneLine(placeText(place))}`),
  ];
}

function placeText(place: FoundPlace): string {
  switch (place.kind) {
    case "lock":
      return `the lock as ${place.key}, from ${place.source}`;
    case "store":
      return `the store, ${place.integrity}`;
    case "build":
      return `the cache, built as ${place.reference}`;
    case "pull":
      return `the cache, pulled as ${place.reference}`;
    case "registry":
      return `the registry, ${place.repository}: ${place.tags.join(", ")}`;
  }
}

/** Texts of others: no line but ours begins a line, and none goes on for pages. */
function oneLine(text: string): string {
  const joined = printable(text.replaceAll(/\s+/gu, " ").trim());
  const characters = Array.from(joined);
  return characters.length <= mostCharacters
    ? joined
    : `${characters.slice(0, mostCharacters).join("")}…`;
}
