import { readFile } from "node:fs/promises";
import type { Member } from "./archive.ts";

/**
 * What a build needs of this machine to reach its package registries, and what no layer and no work signature may
 * hold: the CA bundle of a TLS-inspecting proxy and the npm registry in use. It lies in the build context under
 * `.slipway-access` and is bind-mounted by the RUN steps that need it. Credentials are left out on purpose: what a
 * context holds stays in the engine's build cache.
 */
export type BuildAccess = {
  /** PEM file with the certificates to trust, or `undefined` for the image's own. */
  readonly caBundle: string | undefined;
  /** As the npm client is set up, with a slash at its end. */
  readonly npmRegistry: string;
};

const accessFolder = ".slipway-access";
/** Where the Dockerfiles mount it. */
const mountPoint = "/tmp/slipway/access";

export async function accessMembers(access: BuildAccess): Promise<readonly Member[]> {
  const registry = new URL(access.npmRegistry);
  registry.username = "";
  registry.password = "";
  const lines = [`export SLIPWAY_NPM_REGISTRY=${quote(registry.href)}`];
  const npmrc = [`registry=${registry.href}`, "audit=false", "fund=false", "update-notifier=false"];
  const members: Member[] = [];
  if (access.caBundle !== undefined) {
    const bundle = `${mountPoint}/ca.crt`;
    members.push({
      name: `${accessFolder}/ca.crt`,
      bytes: await readFile(access.caBundle),
    });
    for (const name of ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PIP_CERT"]) {
      lines.push(`export ${name}=${bundle}`);
    }
    npmrc.push(`cafile=${bundle}`);
  }
  lines.push(`export NPM_CONFIG_USERCONFIG=${mountPoint}/npmrc`);
  return [
    ...members,
    { name: `${accessFolder}/env.sh`, bytes: Buffer.from(`${lines.join("\n")}\n`) },
    { name: `${accessFolder}/npmrc`, bytes: Buffer.from(`${npmrc.join("\n")}\n`) },
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
