import type { Dockerfile, From, ModifiableInstruction } from "dockerfile-ast";

/** Loaded for a Dockerfile that may name an image: most name none but what they are given. */
const parser = async () => import("dockerfile-ast");
type Parser = Awaited<ReturnType<typeof parser>>;

/** Arguments that the builder hands in. */
export const givenArguments = [
  "FROM_IMAGE",
  "BASE_IMAGE",
  "EXTENSION",
  "EXTENSIONS",
  "AGENT",
  "AGENT_VERSION",
];

/** An image that a Dockerfile builds on or copies from; `offset` and `length` count UTF-16 code units of its text. */
export type NamedImage = {
  readonly reference: string;
  readonly offset: number;
  readonly length: number;
};

/**
 * The images that a Dockerfile names by itself: in `FROM`, `COPY --from=`, `RUN --mount=…,from=` and `# syntax=`
 * (Dockerfile reference). Arguments with a default are put in; what holds one of `given`, or one without a default, is
 * said by whoever builds it. Stages of the file and `scratch` are none.
 */
export async function namedImages(
  text: string,
  given: readonly string[],
): Promise<readonly NamedImage[]> {
  if (!mayName(text)) return [];
  const loaded = await parser();
  const dockerfile = loaded.DockerfileParser.parse(text);
  const stages = stagesOf(dockerfile);
  const defaults = new Map(
    dockerfile.getInitialARGs().flatMap((arg) => {
      const property = arg.getProperty();
      const value = property?.getValue() ?? undefined;
      const name = property?.getName();
      return name === undefined || value === undefined || given.includes(name)
        ? []
        : [[name, value] as const];
    }),
  );
  const starts = lineStarts(text);
  return mentions(dockerfile, loaded).flatMap(({ written, range }) => {
    const reference = fillIn(written, defaults, given);
    if (reference === undefined || reference === "scratch" || reference === "") return [];
    if (stages.has(reference.toLowerCase()) || /^\d+$/.test(reference)) return [];
    const offset = (starts[range.start.line] ?? 0) + range.start.character;
    const end = (starts[range.end.line] ?? 0) + range.end.character;
    return [{ reference, offset, length: end - offset }];
  });
}

/** The text with other references in place of those that `pins` has; `of` is what `namedImages` found in it. */
export function pinImages(
  text: string,
  of: readonly NamedImage[],
  pins: ReadonlyMap<string, string>,
): string {
  return of
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((pinned, { reference, offset, length }) => {
      const pin = pins.get(reference) ?? reference;
      return `${pinned.slice(0, offset)}${pin}${pinned.slice(offset + length)}`;
    }, text);
}

/** By a look at its lines: another FROM than one of what it is given, a flag `from`, a parser of its own. */
function mayName(text: string): boolean {
  return /^\s*FROM\s+(?!\$\{?(?:FROM_IMAGE|BASE_IMAGE)\b)|from=|syntax\s*=/im.test(text);
}

type Range = NonNullable<ReturnType<From["getImageRange"]>>;

/** As it is written, where it is written. */
type Mention = { readonly written: string; readonly range: Range };

function mentions(dockerfile: Dockerfile, loaded: Parser): readonly Mention[] {
  const syntax = dockerfile.getDirectives().flatMap((directive) => {
    const range = directive.getValueRange();
    const isSyntax = directive.getName().toLowerCase() === "syntax" && range !== null;
    return isSyntax ? [{ written: directive.getValue(), range }] : [];
  });
  const instructions = dockerfile.getInstructions().flatMap((instruction) => {
    if (instruction instanceof loaded.From)
      return mentionOf(instruction.getImage(), instruction.getImageRange());
    return instruction instanceof loaded.ModifiableInstruction ? flagged(instruction) : [];
  });
  return [...syntax, ...instructions];
}

function mentionOf(written: string | null, range: Range | null): readonly Mention[] {
  return written === null || range === null ? [] : [{ written, range }];
}

/** `--from=IMAGE` of a COPY and `--mount=type=bind,from=IMAGE,…` of a RUN. */
function flagged(instruction: ModifiableInstruction): readonly Mention[] {
  const keyword = instruction.getKeyword();
  return instruction.getFlags().flatMap((flag) => {
    const value = flag.getValue();
    const range = flag.getValueRange();
    if (value === null || range === null) return [];
    if (keyword === "COPY" && flag.getName() === "from") return mentionOf(value, range);
    if (keyword !== "RUN" || flag.getName() !== "mount") return [];
    const found = /(?:^|,)from=([^,]*)/.exec(value);
    const written = found?.[1];
    if (found === null || written === undefined) return [];
    const character = range.start.character + found.index + found[0].length - written.length;
    const { line } = range.start;
    const end = { line, character: character + written.length };
    return [{ written, range: { start: { line, character }, end } }];
  });
}

function stagesOf(dockerfile: Dockerfile): ReadonlySet<string> {
  return new Set(
    dockerfile.getFROMs().flatMap((from) => from.getBuildStage()?.toLowerCase() ?? []),
  );
}

/** `undefined` where one of the variables has no known value. */
function fillIn(
  written: string,
  values: ReadonlyMap<string, string>,
  given: readonly string[],
): string | undefined {
  let isKnown = true;
  const text = written.replaceAll(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (_, braced: string | undefined, fallback: string | undefined, plain: string | undefined) => {
      const name = braced ?? plain ?? "";
      const value = given.includes(name) ? undefined : (values.get(name) ?? fallback);
      if (value === undefined) isKnown = false;
      return value ?? "";
    },
  );
  return isKnown ? text : undefined;
}

function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((found) => found.index + found[0].length)];
}
