import { realpath } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { exists, readTextIfPresent } from "@slipway/signature/basics";
import { machineArchitecture } from "../machine-architecture.ts";
import type { Variables } from "./container-environment.ts";
import type { HostUser } from "./identity.ts";
import type { Home } from "./mounts.ts";
import { distributionsOf } from "./select.ts";

/** What of this machine and its user an agent's container is made after. */
export type Host = {
  readonly user: HostUser;
  readonly home: Home;
  readonly distributions: readonly string[];
  /** `Europe/Berlin`. */
  readonly zone: string | undefined;
  /** `undefined`: images are for none that we know of. */
  readonly architecture: "amd64" | "arm64" | undefined;
  readonly gitConfig: readonly string[];
  readonly gnupg: string;
  /** The folder of keys, and the socket of the program that holds them, where there is one. */
  readonly ssh: readonly string[];
  /** What no definition is given by itself; absolute, in each way to write it. */
  readonly guarded: readonly string[];
  readonly variables: Variables;
};

export async function readHost(variables: Variables): Promise<Host> {
  const { uid, gid, username } = os.userInfo();
  // Those that files get, which sudo and setpriv may have made others than the user's own.
  const now = { uid: process.geteuid?.() ?? uid, gid: process.getegid?.() ?? gid };
  const home = path.resolve(variables["HOME"] ?? os.homedir());
  const config = variables["XDG_CONFIG_HOME"] ?? "";
  const real = (await exists(home)) ? await realpath(home) : home;
  const gnupg = path.resolve(variables["GNUPGHOME"] ?? path.join(home, ".gnupg"));
  const keys = [path.join(home, ".ssh"), variables["SSH_AUTH_SOCK"] ?? ""];
  const there = await Promise.all(keys.map(async (key) => key !== "" && (await exists(key))));
  return {
    user: { ...now, name: username, home },
    home: { named: home, real },
    distributions: distributionsOf((await readTextIfPresent("/etc/os-release")) ?? ""),
    zone: zoneOf(variables),
    architecture: machineArchitecture(),
    gitConfig: [
      path.join(home, ".gitconfig"),
      path.join(config === "" ? path.join(home, ".config") : config, "git"),
    ],
    gnupg,
    ssh: keys.filter((_, at) => there[at]),
    guarded: await withLinksFollowed([
      ...[home, real].flatMap((each) => guardedAtHome.map((name) => path.join(each, name))),
      ...["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"].flatMap((name) => {
        const named = variables[name] ?? "";
        return named === "" ? [] : [path.resolve(named, "slipway")];
      }),
      ...keys.filter((key) => key !== ""),
      gnupg,
      ...sockets,
    ]),
    variables,
  };
}

/** Keys, what is remembered and defined here, and where credentials of registries are. */
const guardedAtHome = [
  ".ssh",
  ".gnupg",
  ".docker",
  ".aicage",
  ".aicage-custom",
  ".config/slipway",
  ".local/share/slipway",
  ".local/state/slipway",
];

/** Engines listen there, and what holds keys. */
const sockets = ["/run", "/var/run"];

/** Each as it is, and what it leads to. */
async function withLinksFollowed(places: readonly string[]): Promise<readonly string[]> {
  const followed = await Promise.all(
    places.map(async (place) => ((await exists(place)) ? realpath(place) : place)),
  );
  return [...new Set([...places, ...followed])];
}

/** An image has UTC already, and where it does not know a zone it does not start. */
function zoneOf(variables: Variables): string | undefined {
  const zone = variables["TZ"] ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === "UTC" || zone === "" || zone.startsWith(":") ? undefined : zone;
}
