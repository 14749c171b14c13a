import type { Plan } from "@slipway/processes";
import { shortDigest } from "@slipway/signature/basics";
import { describeCause } from "./causes.ts";

type Planned = Plan["processes"][number];

const steps = {
  nothing: "stays",
  record: "is written down",
  evaluate: "is upgraded",
  spawn: "is spawned",
} as const satisfies { readonly [Step in Planned["step"]]: string };

/** Rows of three: the process, what is told of it, and how it is to be; the bill at the end. */
export function planRows(plan: Plan): readonly (readonly string[])[] {
  const items = plan.processes.flatMap((each) => each.items);
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  const bill =
    items.length === 0
      ? "nothing to sign"
      : `${items.length} ${items.length === 1 ? "item" : "items"}, ${bytes} bytes to sign`;
  return [
    ...plan.interrupted.map((name) => [
      name,
      "resumes",
      "an earlier run was cut off: what it began is ended first",
    ]),
    ...plan.processes.flatMap(rowsOf),
    ["", "bill", `${bill}, as ${plan.owner}`],
  ];
}

function rowsOf(planned: Planned): readonly (readonly string[])[] {
  const rows = [
    [
      steps[planned.step],
      planned.cause === undefined ? "it is as wanted" : describeCause(planned.cause),
    ],
    ...(planned.process === undefined
      ? []
      : [["process", planned.step === "spawn" ? `${planned.process} is left` : planned.process]]),
    ...planned.settings.map(({ setting, before, after }) => [
      "setting",
      `${setting}: ${before ?? "none"} -> ${after ?? "none"}`,
    ]),
    ...(planned.code === undefined ? [] : codeRows(planned.code)),
    ...(planned.step === "nothing" ? [] : planned.links).map(({ name, id }) => [
      "needs",
      `${name}: ${id ?? "the process to be spawned"}`,
    ]),
    ...planned.items.map(({ kind, bytes }) => ["signs", `${kind}, ${bytes} bytes`]),
  ];
  return rows.map((row, at) => [at === 0 ? planned.name : "", ...row]);
}

function codeRows({ before, after, modules, handlers }: NonNullable<Planned["code"]>) {
  const now = `${shortDigest(after.digest)}, ${after.bytes} bytes`;
  const was = before?.bytes === undefined ? "" : `, ${before.bytes} bytes`;
  const code = before === undefined ? now : `${shortDigest(before.digest)}${was} -> ${now}`;
  const changed = [
    ...marked("+", modules?.added ?? []),
    ...marked("-", modules?.removed ?? []),
    ...marked("~", modules?.changed ?? []),
  ];
  const handled = [...marked("+", handlers.added), ...marked("-", handlers.removed)];
  return [
    ["code", code],
    ...(changed.length === 0 ? [] : [["modules", changed.join(" ")]]),
    ...(handled.length === 0 ? [] : [["handlers", handled.join(" ")]]),
  ];
}

function marked(mark: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${mark}${name}`);
}
