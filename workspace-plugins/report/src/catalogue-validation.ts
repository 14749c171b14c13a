import type { Validation } from "@slipway/images";

/** One line a problem, `file:line:column message`, then what is probably not meant, what replaces what, what is left out, and how it stands. */
export function definitionLines(
  { definitions, problems, doubts, overrides, ignored }: Validation,
  nameOf: (file: string) => string,
): readonly string[] {
  const placed = ({ at, line, column }: Validation["problems"][number]): string =>
    `${nameOf(at.file)}:${line}:${column}`;
  const files = new Set(problems.map(({ at }) => at.file));
  return [
    ...problems.map((problem) => `${placed(problem)} ${problem.message}`),
    ...doubts.map((doubt) => `${placed(doubt)} note: ${doubt.message}`),
    ...overrides.map(
      ({ by, replaced }) =>
        `${by.kind} ${by.name}: ${nameOf(by.file)} (${by.place}) replaces ${nameOf(replaced.file)} (${replaced.place})`,
    ),
    ...ignored.map(
      ({ path, reason }) =>
        `${nameOf(path)} is left out: ${reason === "file" ? "it is no folder" : "it is hidden"}`,
    ),
    problems.length === 0
      ? `${counted(definitions, "definition")}, no problem`
      : `${counted(definitions, "definition")}, ${counted(problems.length, "problem")} in ${counted(files.size, "file")}`,
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
