import type { PreparedStart } from "@slipway/images";

type StartPlan = {
  readonly plan: Readonly<Record<string, unknown>>;
  readonly rows: readonly (readonly string[])[];
};

/** What `--dry-run` tells. Values of variables are left out: they may be secret. */
export function startPlan(prepared: PreparedStart, words: readonly string[]): StartPlan {
  const { agent, project, selection, saved, reference, found, container, notes } = prepared;
  const written = saved?.isNew === true ? saved.entry.file : undefined;
  const variables = container.variables.map((one) => one.split("=")[0] ?? "");
  return {
    plan: {
      agent,
      project,
      ...selection,
      ...(written === undefined ? {} : { saved: written }),
      reference,
      words,
      mounts: found.mounts,
      made: found.missing,
      variables,
      settings: container.settings,
      notes,
    },
    rows: [
      ["agent", agent],
      ["project", project],
      ["base", selection.base],
      ...selection.extensions.map((name) => ["extension", name]),
      ["image", reference],
      ...(written === undefined ? [] : [["saves", written]]),
      ...found.mounts.map(({ as, source, target, isReadOnly }) => [
        as.replace("-", " "),
        `${target}${source === target ? "" : ` (from ${source})`}${isReadOnly ? ", read only" : ""}`,
      ]),
      ...found.missing.map((one) => [`makes ${one.is}`, one.path]),
      ...variables.map((name) => ["variable", name]),
      ...Object.entries(container.settings).map(([name, value]) => [name, JSON.stringify(value)]),
      ...(words.length === 0 ? [] : [["called with", words.join(" ")]]),
    ],
  };
}
