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
  /** As `proxyVariables` gives them. */
  readonly proxies: Readonly<Record<string, string>>;
};

/**
 * The proxies that engines take as arguments of any build: steps see them, no layer, history or cache key holds them.
 * `ALL_PROXY` is not one of those and goes with the settings, without user and password.
 */
export function proxyArguments({ proxies }: BuildAccess): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(proxies).filter(([name]) => !isAllProxy(name)));
}

function isAllProxy(name: string): boolean {
  return name.toUpperCase() === "ALL_PROXY";
}

/**
 * Proxy settings in both cases, since curl reads `http_proxy` alone and other programs `HTTP_PROXY`. Where one case is
 * set, the other has its value.
 */
export function proxyVariables(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((upper) => {
      const lower = upper.toLowerCase();
      const [inUpper, inLower] = [variables[upper] ?? "", variables[lower] ?? ""];
      const both = [
        [upper, inUpper === "" ? inLower : inUpper],
        [lower, inLower === "" ? inUpper : inLower],
      ] as const;
      return both.filter(([, value]) => value !== "");
    }),
  );
}

/** Of OpenSSL, curl, Node, pip, Python's requests, git and cargo. */
const caVariables = [
  "SSL_CERT_FILE",
  "CURL_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "CARGO_HTTP_CAINFO",
];

const accessFolder = ".slipway-access";
/** Where the Dockerfiles mount it. */
const mountPoint = "/tmp/slipway/access";

export async function accessMembers(access: BuildAccess): Promise<readonly Member[]> {
  const { variables, npmrc, caBundle } = accessSettings(access, mountPoint);
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [
    ...(caBundle === undefined
      ? []
      : [{ name: `${accessFolder}/ca.crt`, bytes: await readFile(caBundle) }]),
    { name: `${accessFolder}/env.sh`, bytes: Buffer.from(`${lines.join("\n")}\n`) },
    { name: `${accessFolder}/npmrc`, bytes: Buffer.from(npmrc) },
  ];
}

/** The settings of programs that find `ca.crt` and `npmrc` in `folder`; `caBundle` is what `ca.crt` has to be. */
export function accessSettings(
  access: BuildAccess,
  folder: string,
): {
  readonly variables: Readonly<Record<string, string>>;
  readonly npmrc: string;
  readonly caBundle: string | undefined;
} {
  const { caBundle } = access;
  const registry = withoutCredentials(access.npmRegistry);
  const npmrc = [`registry=${registry}`, "audit=false", "fund=false", "update-notifier=false"];
  const bundle = `${folder}/ca.crt`;
  const trust = caBundle === undefined ? [] : caVariables.map((name) => [name, bundle] as const);
  if (caBundle !== undefined) npmrc.push(`cafile=${bundle}`);
  return {
    variables: {
      SLIPWAY_NPM_REGISTRY: registry,
      ...Object.fromEntries(
        Object.entries(access.proxies)
          .filter(([name]) => isAllProxy(name))
          .map(([name, value]) => [name, withoutCredentials(value)]),
      ),
      ...Object.fromEntries(trust),
      NPM_CONFIG_USERCONFIG: `${folder}/npmrc`,
    },
    npmrc: `${npmrc.join("\n")}\n`,
    caBundle,
  };
}

/** What is no URL is a host and a port. */
function withoutCredentials(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address.replace(/^.*@/, "");
  url.username = "";
  url.password = "";
  return url.href;
}

function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
