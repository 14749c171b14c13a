import path from "node:path";
import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { RunFailure } from "./run-failure.ts";
import { isOfSystem, isWithin } from "./system-folders.ts";

/** A file or folder of the host in the container. */
export type Mount = {
  /** With all links followed. */
  readonly source: string;
  /** Where the person, and so the agent, finds it. */
  readonly target: string;
  readonly isReadOnly: boolean;
  readonly as: MountKind;
};

export type MountKind =
  | "project"
  | "agent-path"
  | "git-config"
  | "git-root"
  | "gnupg"
  | "ssh"
  | "docker"
  | "extension-share"
  | "share";

/** As a person says it: `<path>` or `<path>:ro`. Nothing else of the path is split, colons and commas are its own. */
export type Share = { readonly path: string; readonly isReadOnly: boolean };

/** Of both ways to write it: as the system names it, and with links followed. */
export type Home = { readonly named: string; readonly real: string };

/** What is a person's own. */
export type Owned = {
  readonly home: Home;
  /** Keys, settings of ours and sockets: mounted when somebody says so, and never because a definition does. */
  readonly guarded: readonly string[];
};

export function parseShare(
  text: string,
  from: { readonly folder: string; readonly home: string },
): Share {
  const isReadOnly = text.endsWith(":ro");
  const written = isReadOnly ? text.slice(0, -":ro".length) : text.replace(/:rw$/, "");
  return { path: path.resolve(from.folder, expandHome(written, from.home)), isReadOnly };
}

export function expandHome(written: string, home: string): string {
  return written === "~" || written.startsWith("~/") ? path.join(home, written.slice(1)) : written;
}

/** Each thing once, in an order in which none covers another. Of two for one place the later counts. */
export function planMounts(
  wanted: readonly Mount[],
  owned: Owned,
): Result<readonly Mount[], RunFailure> {
  for (const mount of wanted) {
    const { source, target } = mount;
    const because = refusalOf(mount, owned);
    if (because !== undefined) return fail({ reason: "mount-refused", path: target, because });
    if (wanted.some((outer) => isLedOut(mount, outer))) {
      return fail({ reason: "mount-led-out", path: target, source });
    }
  }
  const byTarget = new Map(wanted.map((mount) => [mount.target, mount]));
  const each = [...byTarget.values()].toSorted((a, b) => compareBytes(a.target, b.target));
  return ok(each.filter((mount) => !each.some((outer) => isCovered(mount, outer))));
}

/** Why a mount would give away more than anybody means to, or take the image's own files away. */
export function refusalOf(
  { source, target, as }: Mount,
  { home, guarded }: Owned,
): "home" | "system" | "guarded" | undefined {
  const places = [source, target];
  // Either way to write it: a link to the home folder is the home folder.
  const homes = [home.named, home.real];
  if (places.some((place) => homes.some((one) => isWithin(one, place)))) return "home";
  if (places.some(isOfSystem)) return "system";
  if (!unasked.includes(as)) return undefined;
  const isGuarded = (place: string): boolean =>
    guarded.some((one) => isWithin(one, place) || isWithin(place, one));
  return places.some(isGuarded) ? "guarded" : undefined;
}

/** Nobody is asked about these: a definition's author, or the agent itself by a file of the project, says where they are. */
const unasked: readonly MountKind[] = ["agent-path", "git-root"];

/**
 * Whether a link in a folder that an agent writes leads out of it. It may be the agent's own, which has put it there for the next
 * start to mount what it leads to.
 */
function isLedOut(mount: Mount, outer: Mount): boolean {
  return (
    !outer.isReadOnly &&
    mount.target !== outer.target &&
    isWithin(mount.target, outer.target) &&
    !isWithin(mount.source, outer.source)
  );
}

/** In the same place of a wider mount, with the same right to write. */
function isCovered(mount: Mount, outer: Mount): boolean {
  return (
    mount !== outer &&
    isWithin(mount.target, outer.target) &&
    mount.isReadOnly === outer.isReadOnly &&
    path.relative(outer.target, mount.target) === path.relative(outer.source, mount.source)
  );
}
