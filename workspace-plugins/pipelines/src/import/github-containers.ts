import { importText, importValue, isVariable, literal } from "./github-values.ts";
import { Taking, entriesOf, itemsOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";

/** What of a container can be said, and what is left of it for GitHub alone. */
export type ImportedContainer = {
  readonly image: Plain | undefined;
  readonly left: readonly (readonly [string, Located])[];
};

/** `container` of a job. */
export function importContainer(located: Located): ImportedContainer {
  if (located.kind !== "table") return { image: imageOf(located), left: [] };
  const taking = new Taking(located);
  return { image: imageWith(taking), left: taking.left() };
}

function imageOf(located: Located | undefined): string | undefined {
  const text = importText(textOf(located) ?? "");
  return text === "" ? undefined : text;
}

function imageWith(taking: Taking): Plain | undefined {
  const name = taking.takeIf("image", imageOf);
  const credentials = taking.takeIf("credentials", credentialsOf);
  if (name === undefined || credentials === undefined) return name;
  return { name, credentials };
}

function credentialsOf(located: Located): Plain | undefined {
  const taking = new Taking(located);
  const username = importText(textOf(taking.take("username")) ?? "");
  const password = importValue(textOf(taking.take("password")) ?? "");
  if (username === undefined || username === "" || taking.left().length > 0) return undefined;
  if (typeof password !== "object" || password.secret === undefined) return undefined;
  return { username, password_secret: password.secret };
}

export type ImportedService = {
  readonly service: Plain | undefined;
  readonly left: readonly (readonly [string, Located])[];
};

/** One of `services` of a job. */
export function importService(located: Located): ImportedService {
  const taking = new Taking(located);
  const image = imageWith(taking);
  if (image === undefined) return { service: undefined, left: [] };
  const env = taking.takeIf("env", envOf);
  const ports = taking.takeIf("ports", portsOf);
  const health = taking.takeIf("options", healthOf);
  const service = {
    image,
    ...(env === undefined ? {} : { env }),
    ...(ports === undefined ? {} : { ports }),
    ...(health === undefined ? {} : { health }),
  };
  // A service is of the whole file, which knows no matrix.
  if (JSON.stringify(service).includes("{{ matrix.")) return { service: undefined, left: [] };
  return { service, left: taking.left() };
}

function envOf(located: Located): Plain | undefined {
  const entries = entriesOf(located).map(
    ([name, each]) => [name, importValue(textOf(each) ?? "")] as const,
  );
  if (entries.some(([name, value]) => value === undefined || !isVariable(name))) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, (value ?? "") as Plain]));
}

function portsOf(located: Located): Plain | undefined {
  const ports = itemsOf(located).map((each) => {
    const text = textOf(each) ?? "";
    if (/^\d{1,5}$/.test(text)) return Number(text);
    return /^\d{1,5}:\d{1,5}$/.test(text) ? text : undefined;
  });
  return ports.includes(undefined) ? undefined : ports.flatMap((each) => each ?? []);
}

const times: Readonly<Record<string, string>> = {
  "--health-interval": "interval_seconds",
  "--health-timeout": "timeout_seconds",
  "--health-start-period": "start_period_seconds",
};

/** Options of `docker create` that say how a container is asked whether it is ready. `undefined`: they say more. */
function healthOf(located: Located): Plain | undefined {
  const words = wordsOf(textOf(located) ?? "");
  const health: { [key: string]: Plain } = {};
  while (words.length > 0) {
    const [option, inline] = splitOption(words.shift() ?? "");
    const value = inline ?? words.shift() ?? "";
    const seconds = /^(\d+)s$/.exec(value)?.[1];
    const time = times[option];
    if (option === "--health-cmd") health["command"] = literal(value);
    else if (option === "--health-retries" && /^[1-9]\d*$/.test(value)) {
      health["retries"] = Number(value);
    } else if (time !== undefined && seconds !== undefined) health[time] = Number(seconds);
    else return undefined;
  }
  return typeof health["command"] === "string" && health["command"] !== "" ? health : undefined;
}

function splitOption(word: string): readonly [string, string | undefined] {
  const at = word.indexOf("=");
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** As a shell splits them; quotes may stand inside of a word. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) => {
      return double ?? single ?? "";
    }),
  );
}
