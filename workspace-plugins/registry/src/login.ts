import { ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { readAuthFile, removeCredential, saveCredential } from "./auth-file.ts";
import { openRegistry } from "./client.ts";
import type { Credential } from "./credential.ts";
import type { RegistryCause, RegistryFailure } from "./failure.ts";
import { ownAuthFile } from "./find-credential.ts";
import type { RegistryHost } from "./reference.ts";

type Login = {
  readonly host: RegistryHost;
  readonly home: string;
  readonly plainHosts: ReadonlySet<RegistryHost>;
  readonly signal: AbortSignal;
};

/** Keeps a user and password for a registry that takes them; where it does not, what was kept stays. */
export async function login(
  { host, home, plainHosts, signal }: Login,
  credential: Extract<Credential, { readonly kind: "password" }>,
): Promise<Result<Outcome<RegistryCause>, RegistryFailure>> {
  const kept = await readAuthFile(ownAuthFile(home));
  if (!kept.ok) return kept;
  const registry = openRegistry({ signal, plainHosts, findCredential: async () => ok(credential) });
  const checked = await registry.checkAccess(host);
  if (!checked.ok) return checked;
  // Others may have logged in elsewhere while the registry thought.
  const now = await readAuthFile(ownAuthFile(home));
  if (!now.ok) return now;
  await saveCredential(now.value, host, credential);
  const facts = { registry: host, user: credential.username };
  return ok({ state: "done", cause: "registry-logged-in", facts });
}

export async function logout(
  host: RegistryHost,
  home: string,
): Promise<Result<Outcome<RegistryCause>, RegistryFailure>> {
  const kept = await readAuthFile(ownAuthFile(home));
  if (!kept.ok) return kept;
  const facts = { registry: host };
  return (await removeCredential(kept.value, host))
    ? ok({ state: "done", cause: "registry-logged-out", facts })
    : ok({ state: "unchanged", cause: "registry-not-logged-in", facts });
}
