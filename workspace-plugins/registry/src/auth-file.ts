import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Credential } from "./credential.ts";
import type { CredentialFailure } from "./failure.ts";
import { isRegistryHost } from "./reference.ts";
import type { RegistryHost } from "./reference.ts";
import { fieldOf, jsonOf } from "./refusal.ts";

/**
 * A file of credentials as Docker and aigg keep it: `{"auths": {"<host>": {"auth": "<base64 of user:password>"}}}`, with
 * `identitytoken` or `registrytoken` beside it or in its place, and the names of helper programs.
 */
export type AuthFile = {
  readonly file: string;
  /** The whole object, so that what we do not know is kept when it is written. */
  readonly content: Readonly<Record<string, unknown>>;
};

/** No file is an empty one. */
export async function readAuthFile(file: string): Promise<Result<AuthFile, CredentialFailure>> {
  const text = await readTextIfPresent(file);
  if (text === undefined || text.trim() === "") return ok({ file, content: {} });
  const value = jsonOf(Buffer.from(text));
  if (value === undefined) return invalid(file, "not-json");
  const auths = fieldOf(value, "auths");
  if (!isObject(value) || (auths !== undefined && !isObject(auths))) {
    return invalid(file, "not-an-object");
  }
  return ok({ file, content: value });
}

export function credentialIn(
  { file, content }: AuthFile,
  host: RegistryHost,
): Result<Credential | undefined, CredentialFailure> {
  const entries = Object.entries(fieldOf(content, "auths") ?? {});
  const entry: unknown = entries.find(([key]) => isKeyOf(key, host))?.[1];
  const identityToken = fieldOf(entry, "identitytoken");
  if (isFilled(identityToken)) return ok({ kind: "identity-token", token: identityToken });
  const registryToken = fieldOf(entry, "registrytoken");
  if (isFilled(registryToken)) return ok({ kind: "registry-token", token: registryToken });
  const auth = fieldOf(entry, "auth");
  // Docker leaves an empty entry where a helper has the credential.
  if (!isFilled(auth)) return ok(undefined);
  const decoded = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = decoded.indexOf(":");
  if (colon <= 0) return invalid(file, "auth-invalid", host);
  const [username, password] = [decoded.slice(0, colon), decoded.slice(colon + 1)];
  return ok({ kind: "password", username, password });
}

/** The helper that has the credential of a host, by name: `docker-credential-<name>` is its program. */
export function helperOf({ content }: AuthFile, host: RegistryHost): string | undefined {
  const helpers = Object.entries(fieldOf(content, "credHelpers") ?? {});
  const own: unknown = helpers.find(([key]) => isKeyOf(key, host))?.[1];
  const name = isFilled(own) ? own : fieldOf(content, "credsStore");
  // A name becomes a program of `PATH`, never a path.
  return isFilled(name) && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) ? name : undefined;
}

/** For us and our user alone; what others wrote there stays. */
export async function saveCredential(
  { file, content }: AuthFile,
  host: RegistryHost,
  credential: Extract<Credential, { readonly kind: "password" }>,
): Promise<void> {
  const auth = Buffer.from(`${credential.username}:${credential.password}`).toString("base64");
  await writeAuths(file, content, { ...authsWithout(content, host), [host]: { auth } });
}

/** `false`: there was none. */
export async function removeCredential(
  { file, content }: AuthFile,
  host: RegistryHost,
): Promise<boolean> {
  const before = Object.keys(fieldOf(content, "auths") ?? {});
  const left = authsWithout(content, host);
  if (Object.keys(left).length === before.length) return false;
  await writeAuths(file, content, left);
  return true;
}

async function writeAuths(
  file: string,
  content: AuthFile["content"],
  auths: Readonly<Record<string, unknown>>,
): Promise<void> {
  // As aigg writes it: two spaces, no newline at the end.
  const text = JSON.stringify({ ...content, auths }, undefined, 2);
  await writeFileAtomically(file, text, { mode: 0o600, followsLink: true });
}

function authsWithout(
  content: AuthFile["content"],
  host: RegistryHost,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(fieldOf(content, "auths") ?? {});
  return Object.fromEntries(entries.filter(([key]) => !isKeyOf(key, host)));
}

/** Keys are hosts, or URLs of an API; Docker Hub's is `https://index.docker.io/v1/`. */
function isKeyOf(key: string, host: RegistryHost): boolean {
  const [named = ""] = key.replace(/^https?:\/\//, "").split("/");
  return isRegistryHost(named) && canonicalHost(named) === canonicalHost(host);
}

function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return ["index.docker.io", "registry-1.docker.io"].includes(lower) ? "docker.io" : lower;
}

function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(
  file: string,
  problem: Extract<CredentialFailure, { reason: "credentials-file-invalid" }>["problem"],
  host?: RegistryHost,
): Result<never, CredentialFailure> {
  const facts = { file, problem, ...(host === undefined ? {} : { host }) };
  return fail({ reason: "credentials-file-invalid", ...facts });
}
