import { envOf, importCircleSteps, valuesOf } from "./circleci-steps.ts";
import type { StepContext, Unsaid } from "./circleci-steps.ts";
import type { CacheKeys } from "./circleci-caches.ts";
import { circleText, substitute } from "./circleci-text.ts";
import type { Templates } from "./circleci-text.ts";
import { freeName } from "./free-name.ts";
import { keep, nameFrom } from "./github-jobs.ts";
import type { Table, Tables } from "./github-jobs.ts";
import { given, wholeNumber } from "./github-steps.ts";
import { Taking, entriesOf, itemsOf, plainOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import type { ImportNote } from "./note.ts";

/** What jobs of a configuration of CircleCI may name. */
export type CircleFile = {
  readonly jobs: ReadonlyMap<string, Located>;
  readonly executors: ReadonlyMap<string, Located>;
  readonly commands: ReadonlyMap<string, Located>;
  readonly orbs: ReadonlyMap<string, Located>;
  readonly cacheKeys: CacheKeys;
  readonly tables: Tables;
  /** Ids of jobs that are kept whole. */
  readonly whole: ReadonlySet<string>;
  /** What of it is named somewhere: jobs.test, executors.base. */
  readonly used: Set<string>;
};

/** A job as it is used: its parameters have these values, or stay open. */
export type CircleUse = {
  readonly job: Located;
  readonly values: ReadonlyMap<string, Located>;
  readonly templates: Templates;
};

export type CircleJob = {
  /** Without its steps. */
  readonly job: Table;
  readonly steps: readonly Table[];
  /** For CircleCI alone. */
  readonly own: Table;
  readonly notes: readonly ImportNote[];
  /** What cannot be said while parameters stay open. */
  readonly isOpen: boolean;
  /** Its steps are kept as they were. */
  readonly isKept: boolean;
};

/** A job of CircleCI, but for what its workflow says of it. */
export function importCircleJob(use: CircleUse, file: CircleFile): CircleJob {
  const notes: ImportNote[] = [];
  const tell = (note: ImportNote): void => void notes.push(note);
  const own: Table = {};
  const taking = new Taking(withExecutor(use, file));
  taking.take("parameters");
  const unsaid: Unsaid[] = [];
  const { commands, orbs, cacheKeys, tables } = file;
  const context: StepContext = {
    commands,
    orbs,
    cacheKeys,
    templates: use.templates,
    tell,
    unsaid,
    outer: [],
    use: (name) => void file.used.add(name),
  };
  const written = taking.take("steps");
  const { steps, checkout, reports } = importCircleSteps(written, context);
  const docker = dockerOf(taking, use.templates, tables);
  const env = taking.takeIf("environment", (each) => envOf(each, use.templates));
  const runner = runnerOf(taking, tables);
  const all = { ...docker?.env, ...env };
  const job: Table = {
    ...given("description", textOf(taking.take("description"))),
    ...given("image", docker?.image),
    ...given("runner", runner),
    ...(docker === undefined || docker.services.length === 0 ? {} : { services: docker.services }),
    ...(Object.keys(all).length === 0 ? {} : { env: all }),
    ...parallelismOf(taking),
    ...(reports.length === 0 ? {} : { test_reports: reports }),
    ...given("checkout", checkout),
    ...given(
      "shell",
      taking.takeIf("shell", (each) => textIn(each, use.templates)),
    ),
    ...given(
      "working_directory",
      taking.takeIf("working_directory", (each) => textIn(each, use.templates)),
    ),
  };
  for (const [key, each] of taking.left()) keep(own, [key], each, tell, "CircleCI");
  for (const { message, line, column } of unsaid) {
    const text = `${message}: the steps of the job are kept for CircleCI as they were`;
    const hint = "what is changed in its steps here, change there too, or put the override away";
    tell({ line, column, outcome: "kept", message: text, hint });
  }
  if (unsaid.length > 0 && written !== undefined) own["steps"] = plainOf(written);
  const isOpen = use.templates.size > 0 && JSON.stringify(own).includes("<<");
  const body = steps.length === 0 ? [{ run: "true" }] : steps;
  return { job, steps: body, own, notes, isOpen, isKept: unsaid.length > 0 };
}

function textIn(located: Located, templates: Templates): string | undefined {
  const text = circleText(textOf(located) ?? "", templates);
  return text === "" ? undefined : text;
}

/** A job that only CircleCI can run: as it was. */
export function wholeCircleJob(use: CircleUse, file: CircleFile): CircleJob {
  const taking = new Taking(withExecutor(use, file));
  taking.take("parameters");
  const own = Object.fromEntries(taking.left().map(([key, each]) => [key, plainOf(each)]));
  const message = "the job is for CircleCI alone, as it was: what it says cannot be said";
  return {
    job: { checkout: false },
    steps: [{ run: "true", only_for: ["circleci"] }],
    own,
    notes: [{ ...use.job.at, outcome: "kept", message }],
    isOpen: use.templates.size > 0 && JSON.stringify(own).includes("<<"),
    isKept: true,
  };
}

/** With the values of its parameters, and what its executor says where it says nothing itself. */
function withExecutor({ job, values }: CircleUse, { executors, used }: CircleFile): Located {
  const substituted = substitute(job, values);
  const own = new Map(entriesOf(substituted));
  const executor = own.get("executor");
  const name = textOf(executor) ?? textOf(new Map(entriesOf(executor)).get("name")) ?? "";
  const found = executors.get(name);
  used.add(`executors.${name}`);
  used.add(`orbs.${name.split("/")[0] ?? ""}`);
  if (executor === undefined || found === undefined) return substituted;
  const of = new Map(entriesOf(substitute(found, valuesOf(found, executor))));
  of.delete("parameters");
  own.delete("executor");
  const environment = new Map([
    ...entriesOf(of.get("environment")),
    ...entriesOf(own.get("environment")),
  ]);
  const entries = new Map([...of, ...own]);
  if (environment.size > 0) {
    entries.set("environment", { kind: "table", at: job.at, entries: environment });
  }
  return { kind: "table", at: job.at, entries };
}

function parallelismOf(taking: Taking): Table {
  const count = taking.takeIf("parallelism", (each) => {
    const wanted = wholeNumber(each);
    return wanted === undefined || wanted > 500 ? undefined : wanted;
  });
  return count === undefined || count === 1 ? {} : { parallelism: count };
}

type Docker = {
  readonly image: Plain;
  readonly env: { readonly [name: string]: Plain };
  readonly services: readonly string[];
};

/** The first image is the job's, the others are services. Nothing is taken where one of them cannot be said. */
function dockerOf(taking: Taking, templates: Templates, tables: Tables): Docker | undefined {
  return taking.takeIf("docker", (located) => {
    const [first, ...others] = itemsOf(located);
    const own = first === undefined ? undefined : containerOf(first, templates);
    if (own === undefined || own.command !== undefined) return undefined;
    const services: [string, Plain][] = [];
    for (const each of others) {
      const container = containerOf(each, templates);
      if (container === undefined) return undefined;
      const { image, env, command } = container;
      const service = {
        image,
        ...(Object.keys(env).length === 0 ? {} : { env }),
        ...(command === undefined ? {} : { command }),
      };
      // A service is of the whole file, which knows no matrix.
      if (templatesIn(service)) return undefined;
      services.push([freeName(container.name, service, tables.services), service]);
    }
    for (const [name, service] of services) tables.services.set(name, service);
    return { image: own.image, env: own.env, services: services.map(([name]) => name) };
  });
}

function templatesIn(value: Plain): boolean {
  return JSON.stringify(value).includes("{{ matrix.");
}

type Container = {
  readonly name: string;
  readonly image: Plain;
  readonly env: { readonly [name: string]: Plain };
  readonly command: readonly string[] | undefined;
};

function containerOf(located: Located, templates: Templates): Container | undefined {
  const taking = new Taking(located);
  const image = circleText(textOf(taking.take("image")) ?? "", templates);
  const env = envOf(taking.take("environment"), templates);
  const user = textOf(taking.take("user"));
  const name = textOf(taking.take("name"));
  const entrypoint = listOf(taking.take("entrypoint"));
  const command = listOf(taking.take("command"));
  const auth = taking.takeIf("auth", authOf);
  if (image === undefined || image === "" || env === undefined || taking.left().length > 0) {
    return undefined;
  }
  const more = {
    ...given("user", user),
    ...given("entrypoint", entrypoint),
    ...given("credentials", auth),
  };
  const base = image.split("/").at(-1)?.split(/[:@]/)[0] ?? image;
  return {
    name: nameFrom(name ?? base),
    image: Object.keys(more).length === 0 ? image : { name: image, ...more },
    env,
    command,
  };
}

function listOf(located: Located | undefined): readonly string[] | undefined {
  if (located === undefined) return undefined;
  const text = textOf(located);
  return text === undefined
    ? itemsOf(located).map((each) => textOf(each) ?? "")
    : text.split(/\s+/);
}

/** A password is the variable that holds it. */
function authOf(located: Located): Plain | undefined {
  const taking = new Taking(located);
  const username = textOf(taking.take("username"));
  const secret = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(textOf(taking.take("password")) ?? "")?.[1];
  if (username === undefined || secret === undefined || username.startsWith("$")) return undefined;
  return taking.left().length > 0 ? undefined : { username, password_secret: secret };
}

const machineKeys = ["machine", "macos", "resource_class", "executor"];

/** The machine, in CircleCI's own words. */
function runnerOf(taking: Taking, { runners }: Tables): string | undefined {
  const left = new Map(taking.left());
  const settings = Object.fromEntries(
    machineKeys.flatMap((key) => {
      const found = left.get(key);
      return found === undefined ? [] : [[key, plainOf(found)] as const];
    }),
  );
  if (Object.keys(settings).length === 0 || JSON.stringify(settings).includes("<<"))
    return undefined;
  for (const key of machineKeys) taking.take(key);
  const words = Object.values(settings).flatMap((each) =>
    typeof each === "object"
      ? Object.values(each).map(String)
      : String(each) === "true"
        ? ["machine"]
        : [String(each)],
  );
  const runner = { circleci: settings };
  const name = freeName(nameFrom(words.join("-")), runner, runners);
  runners.set(name, runner);
  return name;
}
