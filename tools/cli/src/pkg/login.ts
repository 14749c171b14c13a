import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { isRegistryHost, login, logout, plainHostsIn } from "@slipway/registry";
import type { RegistryHost } from "@slipway/registry";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { ArgumentsFailure } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  username: { type: "string", short: "u" },
  "password-stdin": { type: "boolean", short: "p" },
  dockerhub: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Asks the registry whether it takes them, and only then keeps them. */
export async function loginRegistry({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 2] });
  if (!read.ok) return tellUsage(read.failure);
  if (read.value.words.length > 1) return tellUsage(tooManyWords);
  const { username, "password-stdin": isPiped = false, dockerhub = false } = read.value.options;
  const host = hostOf(dockerhub ? "docker.io" : read.value.words[0]);
  if (!host.ok) return tellUsage(host.failure);
  const asked = await askFor(username, isPiped);
  if (!asked.ok) return tellUsage(asked.failure);
  const { home, signal, tell } = openPackageCall(read.value.options);
  const place = { host: host.value, home, plainHosts: plainHostsIn(process.env), signal };
  return tell(await login(place, { kind: "password", ...asked.value }));
}

export async function logoutRegistry({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const host = hostOf(read.value.words[0]);
  if (!host.ok) return tellUsage(host.failure);
  const { home, tell } = openPackageCall(read.value.options);
  return tell(await logout(host.value, home));
}

function hostOf(word: string | undefined): Result<RegistryHost, ArgumentsFailure> {
  if (word !== undefined && isRegistryHost(word)) return ok(word);
  const problem = word === undefined ? "the registry is missing" : `not a registry host: ${word}`;
  return fail({ reason: "arguments-invalid", problem });
}

/** A list of processes shows the words of a command to everybody on the machine. */
const tooManyWords = {
  reason: "arguments-invalid",
  problem: "the password is no word of the command: -p reads it from the standard input",
} as const;

type Named = { readonly username: string; readonly password: string };

/** What is not given is asked for, on a terminal; elsewhere nobody is there to answer. */
async function askFor(
  given: string | undefined,
  isPiped: boolean,
): Promise<Result<Named, ArgumentsFailure>> {
  const isAsked = process.stdin.isTTY && !isPiped;
  if (!isAsked && given === undefined) {
    return fail({ reason: "arguments-invalid", problem: "-u <user> is missing" });
  }
  if (!isAsked && !isPiped) {
    const problem = "there is no terminal to ask for the password: pipe it in and add -p";
    return fail({ reason: "arguments-invalid", problem });
  }
  const username = given ?? (await question("Username: ", true));
  const password = isPiped ? await firstLine() : await question("Password: ", false);
  if (username === "" || password === "") {
    return fail({ reason: "arguments-invalid", problem: "the user or the password is empty" });
  }
  return ok({ username, password });
}

async function firstLine(): Promise<string> {
  using lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  return "";
}

async function question(prompt: string, isShown: boolean): Promise<string> {
  process.stderr.write(prompt);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  using lines = createInterface({
    input: process.stdin,
    output: isShown ? process.stderr : mute,
    terminal: true,
  });
  const answer = await lines.question("");
  if (!isShown) process.stderr.write("\n");
  return answer;
}
