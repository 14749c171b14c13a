import { isIP } from "node:net";

/** Bearer tokens that a token server signs (Docker Distribution, "Configuring a registry", `auth.token`). */
export type TokenAuth = {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly certificateFile: string;
};

/** What Docker Distribution reads at its start: loopback only, deletable, everything under one folder. */
export function registryConfig(options: {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** Without it, anybody may do everything. */
  readonly auth?: TokenAuth | undefined;
}): string {
  if (isIP(options.host) === 0) throw new Error(`internal: not an address: ${options.host}`);
  // JSON is YAML: a folder name needs no thought about quoting.
  const config = {
    version: "0.1",
    // Each request leaves a line, by which anybody can count what a run asked.
    log: { level: "info", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: options.dataFolder },
      delete: { enabled: true },
    },
    http: { addr: `${options.host}:${options.port}` },
    ...(options.auth === undefined ? {} : { auth: { token: tokenSettings(options.auth) } }),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function tokenSettings({ realm, service, issuer, certificateFile }: TokenAuth) {
  return { realm, service, issuer, rootcertbundle: certificateFile };
}
