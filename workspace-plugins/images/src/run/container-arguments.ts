import { parseArgs } from "node:util";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { join, split } from "shlex";
import type { ContainerSpec, PublishedPort } from "../container.ts";
import type { RunFailure } from "./run-failure.ts";

/** What a person adds to the container, in the words of `docker run`. */
export type ContainerArguments = {
  /** `NAME` or `NAME=value`. */
  readonly variables: readonly string[];
  readonly settings: Partial<
    Pick<
      ContainerSpec,
      "network" | "hostname" | "memoryBytes" | "nanoCpus" | "pids" | "extraHosts" | "publishedPorts"
    >
  >;
};

const options = {
  env: { type: "string", short: "e", multiple: true },
  publish: { type: "string", short: "p", multiple: true },
  network: { type: "string" },
  net: { type: "string" },
  "add-host": { type: "string", multiple: true },
  hostname: { type: "string", short: "h" },
  memory: { type: "string", short: "m" },
  cpus: { type: "string" },
  "pids-limit": { type: "string" },
  // As every agent is started anyway.
  rm: { type: "boolean" },
  interactive: { type: "boolean", short: "i" },
  tty: { type: "boolean", short: "t" },
} as const;

/** A list, each word as it is: nothing in them is expanded, and a blank within one stays. */
export function parseContainerArguments(
  words: readonly string[],
): Result<ContainerArguments, RunFailure> {
  const read = readWords(words);
  if (!read.ok) return read;
  const { values } = read.value;
  const memoryBytes = values.memory === undefined ? ok(undefined) : parseMemory(values.memory);
  if (!memoryBytes.ok) return memoryBytes;
  const nanoCpus = parseCount("--cpus", values.cpus, 1e9);
  if (!nanoCpus.ok) return nanoCpus;
  const pids = parseCount("--pids-limit", values["pids-limit"], 1);
  if (!pids.ok) return pids;
  const ports: PublishedPort[] = [];
  for (const text of values.publish ?? []) {
    const port = parsePort(text);
    if (!port.ok) return port;
    ports.push(port.value);
  }
  const network = values.network ?? values.net;
  return ok({
    variables: values.env ?? [],
    settings: {
      ...(network === undefined ? {} : { network }),
      ...(values.hostname === undefined ? {} : { hostname: values.hostname }),
      ...(memoryBytes.value === undefined ? {} : { memoryBytes: memoryBytes.value }),
      ...(nanoCpus.value === undefined ? {} : { nanoCpus: nanoCpus.value }),
      ...(pids.value === undefined ? {} : { pids: pids.value }),
      ...(values["add-host"] === undefined ? {} : { extraHosts: values["add-host"] }),
      ...(ports.length === 0 ? {} : { publishedPorts: ports }),
    },
  });
}

/** As aicage remembers them: one text, which it splits as a shell would. */
export function splitRemembered(text: string): Result<readonly string[], RunFailure> {
  try {
    return ok(split(text));
  } catch (error) {
    return unknown(`${text}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function joinRemembered(words: readonly string[]): string {
  return join([...words]);
}

function readWords(words: readonly string[]) {
  try {
    return ok(parseArgs({ args: [...words], options, strict: true, allowPositionals: false }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return unknown(error.message.split(". To specify")[0] ?? error.message);
  }
}

const units: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function parseMemory(text: string): Result<number, RunFailure> {
  const [, count, unit = ""] = /^(\d+)([bkmg]?)$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()];
  return count === undefined || factor === undefined
    ? unknown(`--memory ${text}: a number with b, k, m or g is wanted`)
    : ok(Number(count) * factor);
}

function parseCount(
  name: string,
  text: string | undefined,
  factor: number,
): Result<number | undefined, RunFailure> {
  if (text === undefined) return ok(undefined);
  const count = Number(text);
  return text.trim() !== "" && Number.isFinite(count) && count > 0
    ? ok(Math.round(count * factor))
    : unknown(`${name} ${text}: a number above zero is wanted`);
}

/** `[[<address>:]<host port>:]<container port>[/udp]`, an IPv6 address in brackets. */
function parsePort(text: string): Result<PublishedPort, RunFailure> {
  const form = /^(?:(?:(\[[0-9a-f:]+\]|[\d.]+):)?(\d{0,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/i;
  const found = form.exec(text);
  if (found === null) {
    return unknown(
      `--publish ${text}: <host port>:<container port> is wanted, ranges are not known`,
    );
  }
  const [, address, host, container, protocol] = found;
  return ok({
    container: Number(container),
    protocol: protocol?.toLowerCase() === "udp" ? "udp" : "tcp",
    ...(address === undefined ? {} : { hostAddress: address.replaceAll(/[[\]]/g, "") }),
    ...(host === undefined || host === "" ? {} : { hostPort: Number(host) }),
  });
}

function unknown(problem: string): Result<never, RunFailure> {
  return fail({ reason: "container-argument-unknown", problem });
}
