import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Choices } from "./choices.ts";
import type { RunFailure } from "./run-failure.ts";
import { defaultBase, inOrder, namesOf, selectImage, selectionOf } from "./select.ts";
import type { Asked, Remembered, Selection } from "./select.ts";

/** Somebody at a terminal. Each answer is `undefined` where none came: Ctrl-C, or the end of the input. */
export type Asker = {
  /** Rows of a name and what it is; answers with the place of one of them. */
  readonly pickOne: (question: List & { readonly usual: number }) => Promise<number | undefined>;
  /** Any number of them, none as well. */
  readonly pickSome: (question: List) => Promise<readonly number[] | undefined>;
  readonly agree: (question: string) => Promise<boolean | undefined>;
  /** A line, which may be empty. */
  readonly enter: (question: string) => Promise<string | undefined>;
};

type List = {
  readonly question: string;
  readonly rows: readonly (readonly [name: string, description: string])[];
};

export type Chooser = {
  /** Absent: there is no terminal. */
  readonly asker: Asker | undefined;
  /** `--yes`: what would be asked is answered with what is usual. */
  readonly takesUsual: boolean;
  /** The host's distribution and what it is like, the nearest first. */
  readonly host: readonly string[];
};

export type Chosen = {
  readonly selection: Selection;
  readonly notes: readonly string[];
  /** Somebody chose its extensions just now. */
  readonly isPicked: boolean;
};

/** What is said, else what is remembered, else what somebody answers. The second start asks nothing. */
export async function chooseImage(
  choices: Choices,
  of: { readonly asked: Asked; readonly remembered: Remembered },
  chooser: Chooser,
): Promise<Result<Chosen, RunFailure>> {
  if (choices.bases.length === 0) {
    return fail({ reason: "no-base-for-agent", agent: choices.agent });
  }
  const selected = selectImage(choices, of.asked, of.remembered);
  if (!selected.ok) return selected;
  const { notes } = selected.value;
  if (selected.value.state === "selected")
    return ok({ selection: selected.value.selection, notes, isPicked: false });
  const chosen =
    selected.value.state === "base-open"
      ? await chooseBase(choices, of.asked, chooser, notes)
      : await chooseExtensions(choices, selected.value.base, chooser, {
          notes,
          usual: inOrder(choices, of.asked.extensions ?? of.remembered.extensions ?? []),
        });
  if (!chosen.ok) return chosen;
  const { extensions, extended } = chosen.value;
  const isPicked =
    chooser.asker !== undefined &&
    !chooser.takesUsual &&
    extensions.length > 0 &&
    extended === undefined;
  return ok({ selection: chosen.value, notes, isPicked });
}

async function chooseBase(
  choices: Choices,
  asked: Asked,
  chooser: Chooser,
  notes: readonly string[],
): Promise<Result<Selection, RunFailure>> {
  const usual = defaultBase(choices.bases, chooser.host);
  if (usual === undefined) throw new Error("internal: no base to choose from");
  const { extensions } = asked;
  if (chooser.takesUsual) {
    return ok({ base: usual.name, extensions: inOrder(choices, extensions ?? []) });
  }
  if (chooser.asker === undefined) {
    const known = namesOf(choices.bases);
    return fail({ reason: "choice-open", agent: choices.agent, of: "base", notes, known });
  }
  // With extensions named, an image that already has its own is no answer.
  const extended = extensions === undefined ? choices.extendedImages : [];
  const at = await chooser.asker.pickOne({
    question: `The base for ${choices.agent}`,
    rows: [
      ...choices.bases.map(({ name, description }) => [name, description] as const),
      ...extended.map(
        (one) => [one.name, [one.base, ...withExtensions(one.extensions)].join(" ")] as const,
      ),
    ],
    usual: choices.bases.indexOf(usual),
  });
  if (at === undefined) return fail({ reason: "nothing-chosen" });
  const named = extended[at - choices.bases.length];
  if (named !== undefined) return ok(selectionOf(named));
  const base = choices.bases[at]?.name ?? usual.name;
  return extensions === undefined
    ? chooseExtensions(choices, base, chooser, { notes, usual: [] })
    : ok({ base, extensions: inOrder(choices, extensions) });
}

function withExtensions(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : ["with", names.join(", ")];
}

async function chooseExtensions(
  choices: Choices,
  base: string,
  { asker, takesUsual }: Chooser,
  { notes, usual }: { readonly notes: readonly string[]; readonly usual: readonly string[] },
): Promise<Result<Selection, RunFailure>> {
  if (takesUsual || choices.extensions.length === 0) return ok({ base, extensions: usual });
  if (asker === undefined) {
    const known = namesOf(choices.extensions);
    return fail({ reason: "choice-open", agent: choices.agent, of: "extensions", notes, known });
  }
  const picked = await asker.pickSome({
    question: "Extensions, as many as wanted",
    rows: choices.extensions.map(({ name, description }) => [name, description] as const),
  });
  if (picked === undefined) return fail({ reason: "nothing-chosen" });
  const names = choices.extensions.filter((_, at) => picked.includes(at)).map(({ name }) => name);
  return ok({ base, extensions: names });
}
