import { isIP } from "node:net";

/** What Docker Distribution reads at its start: loopback only, deletable, everything under one folder. */
export function registryConfig(options: {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
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
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
