/** A line of what was evaluated as a person finds it: file and line; `undefined` for what is not of a file. */
export type NameLine = (line: number) => string | undefined;

/** The file of each module of a bundle by its name, and that of the source for `undefined`. */
export type FileOf = (module: string | undefined) => string | undefined;

const moduleHead = /^package\.preload\["([^"]+)"\] = function\(\.\.\.\)$/;
const mainHead = ";(function(...)";

/** Names the lines of `text`, which holds the bundle `code` as it was written, not minified. */
export function nameLines(text: string, code: string, fileOf: FileOf): NameLine {
  const at = text.indexOf(code);
  if (at < 0) return () => undefined;
  const before = text.slice(0, at).split("\n").length - 1;
  const starts = code.split("\n").flatMap((line, index) => {
    const module = moduleHead.exec(line)?.[1];
    if (module === undefined && line !== mainHead) return [];
    return [{ file: fileOf(module), first: before + index + 2 }];
  });
  return (line) => {
    const start = starts.findLast(({ first }) => first <= line);
    return start?.file === undefined ? undefined : `${start.file}:${line - start.first + 1}`;
  };
}

/** What Lua says with its places named; aos calls all that it evaluates by its own name. */
export function withNamedLines(error: string, nameLine: NameLine): string {
  return error.replaceAll(
    /\[string "aos"\]:(\d+)/g,
    (place, line: string) => nameLine(Number(line)) ?? place,
  );
}
