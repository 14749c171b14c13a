// Installs the lock of the folder it runs in with one request at a time: what `slipway pkg install` is compared with.
import { homedir } from "node:os";
import { installPackages } from "@slipway/packages";
import { openRegistry } from "@slipway/registry";

const { signal } = new AbortController();
const options = {
  workspaceRoot: process.cwd(),
  projectRoot: ".",
  home: homedir(),
  virtualEnv: undefined,
  registry: openRegistry({ parallel: 1, signal }),
  signal,
  progress: () => {},
};
const installed = await installPackages(options);
if (!installed.ok) throw new Error(JSON.stringify(installed.failure));
process.stdout.write(`✓ Installed ${installed.value.packages.length} package(s)\n`);
