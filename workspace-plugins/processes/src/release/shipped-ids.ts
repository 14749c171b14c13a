/** Ids of processes by the process's name in `ao.yml`. */
export type ProcessIds = ReadonlyMap<string, string>;

/** 43 characters of base64url, and no part of a longer word. */
const id = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g;

/** All ids in a text that a package ships: JSON, TypeScript, or `NAME=id` lines. */
export function idsIn(text: string): readonly string[] {
  return [...new Set(text.match(id) ?? [])];
}

/** What is wrong with the ids that a package ships, in words of the ids; none: they are those of the deploy target. */
export function problemsOfIds(text: string, recorded: ProcessIds): readonly string[] {
  const shipped = idsIn(text);
  if (shipped.length === 0) return ["no id of a process is in it"];
  const known = new Set(recorded.values());
  const strange = shipped
    .filter((each) => !known.has(each))
    .map((each) => `${each} is no process of the target`);
  return [...strange, ...misnamed(text, recorded)];
}

/** A process's own name beside the id of another. */
function misnamed(text: string, recorded: ProcessIds): readonly string[] {
  const known = new Set(recorded.values());
  return [...recorded].flatMap(([name, expected]) => {
    const beside = new RegExp(
      `(?<![A-Za-z0-9_-])${name}["']?\\s*[:=]\\s*["']?([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])`,
      "g",
    );
    return [...text.matchAll(beside)].flatMap(([, found = ""]) =>
      found === expected || !known.has(found) ? [] : [`${name} is ${expected}, not ${found}`],
    );
  });
}
