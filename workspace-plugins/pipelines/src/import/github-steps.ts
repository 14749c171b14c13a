import { Minutes } from "../definition/words.ts";
import { importCommand } from "./github-commands.ts";
import { importCondition } from "./github-conditions.ts";
import {
  importInput,
  importText,
  importValue,
  isName,
  isVariable,
  literal,
} from "./github-values.ts";
import { Taking, entriesOf, itemsOf, plainOf, textOf } from "./located.ts";
import type { At, Located, Plain } from "./located.ts";
import type { TellNote } from "./note.ts";
import { importArtifact, importDownload } from "./github-artifacts.ts";
import { importCache } from "./github-caches.ts";
import type { Caches } from "./github-caches.ts";

export type ImportedSteps = {
  readonly steps: readonly Plain[];
  /** Of the job. */
  readonly checkout: Plain | undefined;
  readonly caches: readonly string[];
  /** Of the job, for GitHub alone. */
  readonly ownEnv: Readonly<Record<string, string>>;
  /** What a step says and `cig.toml` cannot: only the steps as they were say it. */
  readonly unsaid: readonly (At & { readonly message: string })[];
};

type Context = {
  /** Of commands that name none. */
  readonly shell: string;
  readonly caches: Caches;
  readonly tell: TellNote;
};

type Writing = {
  readonly unsaid: (At & { readonly message: string })[];
  readonly ownEnv: Record<string, string>;
};

/** The steps of a job of GitHub Actions. */
export function importSteps(located: Located | undefined, context: Context): ImportedSteps {
  const writing: Writing = { unsaid: [], ownEnv: {} };
  const steps: Plain[] = [];
  const caches: string[] = [];
  let checkout: Plain | undefined = false;
  for (const step of itemsOf(located)) {
    const taking = new Taking(step);
    const uses = textOf(taking.take("uses"));
    const fetched: { readonly [key: string]: Plain } | undefined =
      steps.length === 0 && caches.length === 0 && checkout === false
        ? checkoutOf(uses, step)
        : undefined;
    if (fetched !== undefined) {
      checkout = Object.keys(fetched).length === 0 ? undefined : fetched;
      tellVersion(uses ?? "", "actions/checkout@v4", step.at, context.tell);
      continue;
    }
    const cache = isAction(uses, "actions/cache") ? importCache(step, context.caches) : undefined;
    if (cache !== undefined) {
      caches.push(cache);
      const message = `the cache ${cache} is restored before the first step, under a key of slipway's`;
      context.tell({ ...step.at, outcome: "changed", message });
      continue;
    }
    steps.push(importStep(uses, step, taking, context, writing));
  }
  return { steps, checkout, caches, ownEnv: writing.ownEnv, unsaid: writing.unsaid };
}

function isAction(uses: string | undefined, name: string): boolean {
  return uses?.split("@")[0] === name;
}

/** `undefined`: it is none, or says more than a job can about its own. */
function checkoutOf(uses: string | undefined, step: Located): { [key: string]: Plain } | undefined {
  if (!isAction(uses, "actions/checkout")) return undefined;
  const taking = new Taking(step);
  taking.take("uses");
  taking.take("name");
  const inputs = taking.take("with");
  if (taking.left().length > 0) return undefined;
  const found: { [key: string]: Plain } = {};
  for (const [key, value] of entriesOf(inputs)) {
    const text = textOf(value) ?? "";
    if (key === "fetch-depth" && /^\d+$/.test(text)) found["depth"] = Number(text);
    else if (key === "lfs" && /^(true|false)$/.test(text)) found["lfs"] = text === "true";
    else if (key === "fetch-tags" && /^(true|false)$/.test(text)) found["tags"] = text === "true";
    else if (key === "submodules" && /^(true|false|recursive)$/.test(text)) {
      found["submodules"] = text !== "false";
    } else if (key === "path" && text !== "" && !text.includes("$")) found["path"] = text;
    else return undefined;
  }
  return found;
}

function tellVersion(uses: string, ours: string, at: At, tell: TellNote): void {
  if (uses === ours) return;
  tell({ ...at, outcome: "changed", message: `${uses} is rendered as ${ours}` });
}

function importStep(
  uses: string | undefined,
  step: Located,
  taking: Taking,
  context: Context,
  writing: Writing,
): Plain {
  const cannot = (at: At, message: string): void => void writing.unsaid.push({ ...at, message });
  const name = taking.takeIf("name", (each) => importText(textOf(each) ?? ""));
  const id = taking.takeIf("id", (each) => (isName(textOf(each) ?? "") ? textOf(each) : undefined));
  const condition = taking.takeIf("if", (each) => importCondition(textOf(each) ?? ""));
  const env = importEnv(taking.take("env"), context.tell, writing);
  const minutes = taking.takeIf("timeout-minutes", wholeNumber);
  const mayFail = taking.takeIf("continue-on-error", booleanIn);
  const isGuardLost = taking.left().some(([key]) => key === "if");
  const common = {
    ...given("name", name === "" ? undefined : name),
    ...given("id", id),
    ...given("if", condition),
    // Without its guard it would run everywhere; GitHub has the guard in the steps that are kept for it.
    ...(isGuardLost ? { only_for: ["github"] } : {}),
  };
  const kind =
    uses === undefined
      ? runOf(step, taking, env, context, writing)
      : usesOf(uses, step, taking, context, writing);
  for (const [key, each] of taking.left()) {
    cannot(each.at, `${key}: ${shown(each)} of a step cannot be said`);
  }
  const { env: more, ...what } = kind;
  const variables = { ...env, ...more };
  return {
    ...common,
    ...what,
    ...(Object.keys(variables).length === 0 ? {} : { env: variables }),
    ...given("timeout_minutes", minutes),
    ...(mayFail === true ? { continue_on_error: true } : {}),
  };
}

type Kind = { readonly [key: string]: Plain } & {
  readonly env?: { readonly [name: string]: Plain };
};

function runOf(
  step: Located,
  taking: Taking,
  env: Readonly<Record<string, Plain>>,
  context: Context,
  writing: Writing,
): Kind {
  const run = taking.take("run");
  const shell = textOf(taking.take("shell"));
  const folder = taking.takeIf("working-directory", (each) => importText(textOf(each) ?? ""));
  const text = textOf(run) ?? "";
  const imported = importCommand(text, shell ?? context.shell);
  const at = run?.at ?? step.at;
  const isTaken = (name: string) => name in env || name in writing.ownEnv;
  const clashes = Object.entries(imported?.ownEnv ?? {}).some(
    ([name, value]) => isTaken(name) && writing.ownEnv[name] !== value,
  );
  if (imported === undefined || clashes) {
    writing.unsaid.push({ ...at, message: "an expression in the command cannot be said" });
  } else if (Object.keys({ ...imported.env, ...imported.ownEnv }).length > 0) {
    const names = Object.keys({ ...imported.env, ...imported.ownEnv });
    const message = `the command reads ${names.join(", ")} from the environment, where GitHub put in the text`;
    const hint = "look at the quotes around it: a shell reads no variable between single ones";
    context.tell({ ...at, outcome: "changed", message, hint });
  }
  if (imported !== undefined && !clashes) {
    for (const [name, value] of Object.entries(imported.ownEnv)) {
      writing.ownEnv[name] = value;
      const message = `${value} is kept for GitHub alone, as the variable ${name} of the job`;
      context.tell({ ...at, outcome: "kept", message });
    }
  }
  return {
    run:
      imported === undefined || clashes || text === "" ? literal(text) || "true" : imported.command,
    ...given("shell", shell),
    ...given("working_directory", folder),
    ...(imported === undefined || clashes ? {} : { env: imported.env }),
  };
}

function usesOf(
  uses: string,
  step: Located,
  taking: Taking,
  { tell }: Context,
  writing: Writing,
): Kind {
  const inputs = taking.take("with");
  if (isAction(uses, "actions/upload-artifact")) {
    const upload = importArtifact(inputs);
    if (upload !== undefined) {
      tellVersion(uses, "actions/upload-artifact@v4", step.at, tell);
      return { upload };
    }
  }
  if (isAction(uses, "actions/download-artifact")) {
    const download = importDownload(inputs);
    if (download !== undefined) {
      tellVersion(uses, "actions/download-artifact@v4", step.at, tell);
      return { download };
    }
  }
  tell({
    ...step.at,
    outcome: "kept",
    message: `${uses} is a step of GitHub alone`,
    ...hintFor(uses),
  });
  const written = entriesOf(inputs).map(([key, each]) => {
    const text = importInput(textOf(each) ?? "");
    if (text === undefined) {
      writing.unsaid.push({ ...each.at, message: `with.${key} cannot be said` });
    }
    return [key, text ?? ""] as const;
  });
  return {
    uses: `github:${uses}`,
    ...(written.length === 0 ? {} : { with: Object.fromEntries(written) }),
  };
}

const languages = ["node", "python", "ruby", "go"];

function hintFor(uses: string): { readonly hint?: string } {
  const language = languages.find((each) => isAction(uses, `actions/setup-${each}`));
  const name = uses.startsWith("ruby/setup-ruby@") ? "ruby" : language;
  return name === undefined
    ? {}
    : { hint: `packages = ["${name}"] in the job does it with every provider` };
}

/** What cannot be said is kept for GitHub as a variable of the job, where it can be one. */
function importEnv(
  located: Located | undefined,
  tell: TellNote,
  writing: Writing,
): Readonly<Record<string, Plain>> {
  const entries = entriesOf(located).flatMap(([name, each]) => {
    const text = textOf(each) ?? "";
    const value = isVariable(name) ? importValue(text) : undefined;
    if (value !== undefined) return [[name, value] as const];
    const isFree = writing.ownEnv[name] === undefined || writing.ownEnv[name] === text;
    if (isFree && !/\b(?:runner|steps|job|env|matrix|strategy|hashFiles)\b/.test(text)) {
      writing.ownEnv[name] = text;
      const message = `${name} = ${text} is kept for GitHub alone, as a variable of the job`;
      tell({ ...each.at, outcome: "kept", message });
    } else writing.unsaid.push({ ...each.at, message: `env.${name}: ${text} cannot be said` });
    return [];
  });
  return Object.fromEntries(entries);
}

/** Of minutes, and of all that is counted. */
export function wholeNumber(located: Located): number | undefined {
  const text = textOf(located) ?? "";
  return Minutes.safeParse(Number(text)).success && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function booleanIn(located: Located): boolean | undefined {
  const text = textOf(located);
  return text === "true" || text === "false" ? text === "true" : undefined;
}

export function given<Value extends Plain>(
  key: string,
  value: Value | undefined,
): { readonly [key: string]: Value } {
  return value === undefined ? {} : { [key]: value };
}

export function shown(located: Located): string {
  const text = JSON.stringify(plainOf(located));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
