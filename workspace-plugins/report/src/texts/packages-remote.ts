import type { LockedCause, LockedFailure, RemoteCause, RemoteFailure } from "@slipway/packages";
import type { Causes, Texts } from "../text.ts";

export const remoteTexts: Texts<RemoteFailure> = {
  "tag-not-expected": (f) => ({
    what: "all tags of a repository were asked for, and then one of them",
    facts: { reference: f.reference },
    hint: "name the repository without a tag, or leave --all out",
  }),
  "deletion-unsupported": (f) => ({
    what: "the registry does not support deletion",
    facts: { registry: f.registry, status: f.status },
    hint: "whoever runs it has to allow it in its configuration; some have a page for it instead",
  }),
};

export const lockedTexts: Texts<LockedFailure> = {
  "lock-key-unknown": (f) => ({
    what: `the lock has no package ${f.key}`,
    facts: { lock: f.lockFile, "did you mean": f.near.join(", ") },
  }),
};

export const remoteCauses: Causes<RemoteCause> = {
  "tags-deleted": "deleted from the registry",
  "tags-gone": "the registry had lost them already",
};

export const lockedCauses: Causes<LockedCause> = {
  unlocked: "taken out of the lock; slipway pkg install takes its links away",
};
