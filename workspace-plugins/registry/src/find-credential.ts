import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { credentialIn, helperOf, readAuthFile } from "./auth-file.ts";
import type { Credential, FindCredential } from "./credential.ts";
import type { CredentialFailure } from "./failure.ts";
import { askCredentialHelper } from "./process.ts";
import type { RegistryHost } from "./reference.ts";
import { fieldOf, jsonOf } from "./refusal.ts";

/** Runs a credential helper: `host` is what it is asked on its standard input. */
export type AskHelper = (
  program: string,
  host: string,
) => Promise<{ readonly exitCode: number | undefined; readonly output: string }>;

export type CredentialPlaces = {
  /** `~/.aigogo/auth.json`: where `slipway pkg login` and aigg write. */
  readonly ownFile: string;
  /** The folder of Docker's `config.json`. */
  readonly dockerFolder: string;
  readonly askHelper: AskHelper;
};

/** Where logins are kept, by us as by aigg. */
export function ownAuthFile(home: string): string {
  return path.join(home, ".aigogo", "auth.json");
}

/** The places of a user: our own file, then `$DOCKER_CONFIG` or `~/.docker`. */
export function placesOf(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): CredentialPlaces {
  return {
    ownFile: ownAuthFile(home),
    dockerFolder: environment["DOCKER_CONFIG"] || path.join(home, ".docker"),
    askHelper: (program, host) => askCredentialHelper(program, host, signal),
  };
}

/**
 * The credential of a host: from our own file, else as Docker finds it, by the host's helper, the helper of all hosts,
 * and the file itself. Files are read anew for each host: a login counts from then on.
 */
export function findCredentialIn({
  ownFile,
  dockerFolder,
  askHelper,
}: CredentialPlaces): FindCredential {
  return async (host) => {
    const own = await readAuthFile(ownFile);
    if (!own.ok) return own;
    const ours = credentialIn(own.value, host);
    if (!ours.ok || ours.value !== undefined) return ours;
    const docker = await readAuthFile(path.join(dockerFolder, "config.json"));
    if (!docker.ok) return docker;
    const helper = helperOf(docker.value, host);
    const theirs = helper === undefined ? ok(undefined) : await askFor(askHelper, helper, host);
    return !theirs.ok || theirs.value !== undefined ? theirs : credentialIn(docker.value, host);
  };
}

/** What stands in the place of a user where the secret is a refresh token (docker-credential-helpers, README). */
const tokenUser = "<token>";

async function askFor(
  askHelper: AskHelper,
  helper: string,
  host: RegistryHost,
): Promise<Result<Credential | undefined, CredentialFailure>> {
  const program = `docker-credential-${helper}`;
  // Docker Hub's key is a URL, everybody else's the host.
  const key = host === "docker.io" ? "https://index.docker.io/v1/" : host;
  const { exitCode, output } = await askHelper(program, key);
  if (exitCode !== 0) {
    if (/credentials not found/i.test(output)) return ok(undefined);
    const error = exitCode === undefined ? "it could not be run" : `it ended with ${exitCode}`;
    return fail({ reason: "credential-helper-failed", program, host, error });
  }
  const answer = jsonOf(Buffer.from(output));
  const [username, secret] = [fieldOf(answer, "Username"), fieldOf(answer, "Secret")];
  if (typeof username !== "string" || typeof secret !== "string") {
    const error = "its answer has no Username and Secret";
    return fail({ reason: "credential-helper-failed", program, host, error });
  }
  return ok(
    username === tokenUser
      ? { kind: "identity-token", token: secret }
      : { kind: "password", username, password: secret },
  );
}
