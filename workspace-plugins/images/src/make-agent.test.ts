import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, fail, ok, writeFileAtomically } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Member } from "./archive.ts";
import { imagesLockName } from "./images-lock-name.ts";
import type { ImagesLock } from "./images-lock.ts";
import { formatImagesLock } from "./locked/format-lock.ts";
import { lockedVersion } from "./make-agent.ts";
import { versionSourceOf } from "./versions/version-script.ts";

const file = (name: string, text: string): Member => ({
  name: `definition/${name}`,
  bytes: Buffer.from(text),
});
const members = [
  file("VERSION", "1.2.3"),
  file("install.sh", "a"),
  file("version.sh", "cat VERSION"),
];
const definition = versionSourceOf(members);
const entry = { version: "1.2.3", source: "builder", definition } as const;
const other = { version: "9.9.9", source: "host", definition: digestOf("other") } as const;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-locked-version-"));
});
afterEach(async () => rm(root, { recursive: true }));

async function writeLock(agents: ImagesLock["agents"], folder = "workspace"): Promise<void> {
  const lock = formatImagesLock({ agents, from_images: {} });
  await writeFileAtomically(path.join(root, folder, imagesLockName), lock);
}

async function look({
  of = members,
  isFrozen = false,
  folder = "agents/codex",
}: { of?: readonly Member[]; isFrozen?: boolean; folder?: string } = {}) {
  const session = {
    workspaceRoot: path.join(root, "workspace"),
    userLockFolder: path.join(root, "user"),
    isFrozen,
  };
  return lockedVersion(session, { name: "codex", folder }, of);
}

describe("the version that an agent is built with", () => {
  test("is the locked one while its definition is what it was locked for", async () => {
    await writeLock({ codex: entry });
    const locked = ok({ state: "known", value: "1.2.3" });
    expect(await look()).toEqual(locked);
    const installer = [
      file("VERSION", "1.2.3"),
      file("install.sh", "b"),
      file("version.sh", "cat VERSION"),
    ];
    expect(await look({ of: installer })).toEqual(locked);
    await writeLock({ codex: entry, gemini: other });
    expect(await look()).toEqual(locked);
  });

  test("is asked for where a file that version.sh reads has changed, or nothing is locked", async () => {
    const unknown = ok({ state: "unknown" });
    expect(await look()).toEqual(unknown);
    await writeLock({ codex: other });
    expect(await look()).toEqual(unknown);
    await writeLock({ codex: entry });
    const edited = [file("VERSION", "1.2.4"), file("version.sh", "cat VERSION")];
    expect(await look({ of: edited })).toEqual(unknown);
  });

  test("is that of the user's lock for a definition outside of the workspace", async () => {
    await writeLock({ codex: { ...entry, version: "3.0.0" } }, "user");
    await writeLock({ codex: entry });
    expect(await look({ folder: "/home/ann/.aicage-custom/agents/codex" })).toEqual(
      ok({ state: "known", value: "3.0.0" }),
    );
  });

  test("is no other than the locked one where it has to be", async () => {
    const refused = (missing: readonly string[], stale: readonly string[], folder = "workspace") =>
      fail({
        reason: "images-lock-stale",
        file: path.join(root, folder, imagesLockName),
        missing,
        stale,
        command: "slipway agent lock codex",
      });
    expect(await look({ isFrozen: true })).toEqual(refused(["agents.codex"], []));
    await writeLock({ codex: other });
    expect(await look({ isFrozen: true })).toEqual(refused([], ["agents.codex"]));
    await writeLock({ codex: entry });
    expect(await look({ isFrozen: true })).toEqual(ok({ state: "known", value: "1.2.3" }));
    expect(await look({ isFrozen: true, folder: "/elsewhere/codex" })).toEqual(
      refused(["agents.codex"], [], "user"),
    );
  });
});
