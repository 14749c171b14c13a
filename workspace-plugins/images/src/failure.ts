import type { AttestationFailure } from "@slipway/attestation";
import type { DefinitionFailure } from "@slipway/definitions";
import type { RegistryFailure } from "@slipway/registry";
import type { Digest, SignatureFailure } from "@slipway/signature";
import type { CatalogueFailure } from "./catalogue/failure.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { LayerFailure } from "./layers/read-layer.ts";
import type { PublishCause, PublishFailure } from "./publish/failure.ts";
import type { ReleaseCause, ReleaseFailure } from "./release/failure.ts";
import type { LockCause, LockFailure } from "./locked/failure.ts";
import type { RunFailure } from "./run/run-failure.ts";
import type { PolicyFailure } from "./trust/failure.ts";
import type { VersionAttempt, VersionFailure } from "./versions/failure.ts";
import type { TestedCause, TestedFailure } from "./tested/failure.ts";

/** What keeps an image of the graph from being made, known before anything is. */
export type ImageRefusal =
  /** Two definitions would make the same image. */
  | {
      readonly reason: "image-name-taken";
      readonly file: string;
      readonly reference: string;
      readonly other: string;
    }
  /** Each reference needs the next; the last is the first again. */
  | { readonly reason: "image-ring"; readonly file: string; readonly references: readonly string[] }
  /** What an extended image is made of and this workspace does not have. */
  | {
      readonly reason: "image-parts-unknown";
      readonly file: string;
      readonly parts: readonly string[];
    }
  /** An agent that excludes every base of the workspace. */
  | { readonly reason: "agent-without-base"; readonly file: string };

export type ImagesFailure =
  | ImageRefusal
  /** A build failed where one had succeeded before: that image is as it was. */
  | {
      readonly reason: "image-not-renewed";
      readonly reference: string;
      readonly imageId: Digest;
      readonly agentVersion?: string;
      readonly because: ImagesFailure;
    }
  /** It failed from the same ingredients a short while ago, and is not tried before then. */
  | {
      readonly reason: "build-waits";
      readonly reference: string;
      readonly failedAt: Date;
      readonly times: number;
      readonly nextTry: Date;
      readonly logFile?: string;
    }
  /** No place to run `version.sh` at gave a version; the attempts are in the order in which they were made. */
  | {
      readonly reason: "version-unknown";
      readonly agent: string;
      readonly file: string;
      readonly attempts: readonly VersionAttempt<ImagesFailure>[];
    }
  /** Of these nobody knows what they are now; what is known of others is locked. */
  | {
      readonly reason: "images-lock-incomplete";
      readonly file: string;
      readonly unknown: readonly { readonly entry: string; readonly because: ImagesFailure }[];
    }
  /** It was not to be built now, and never has been. */
  | { readonly reason: "image-absent"; readonly reference: string }
  /** Neither scripts nor a Dockerfile nor shares. */
  | { readonly reason: "extension-empty"; readonly file: string }
  /** What may not be redistributed is never pushed. */
  | { readonly reason: "image-local-only"; readonly reference: string }
  | EngineFailure
  | LayerFailure
  | CatalogueFailure
  | PublishFailure
  | ReleaseFailure
  | TestedFailure
  | DefinitionFailure
  | RegistryFailure
  | SignatureFailure
  | RunFailure
  | AttestationFailure
  | PolicyFailure
  | LockFailure
  | VersionFailure
  /** A definition file that its folder must have. */
  | { readonly reason: "definition-missing"; readonly file: string }
  /** The target below has left no receipt, or a broken one. */
  | { readonly reason: "receipt-missing"; readonly folder: string; readonly target: string }
  /** The lower layers of what was built are not those of the base it was built on. */
  | {
      readonly reason: "base-changed";
      readonly reference: string;
      readonly expected: string;
      readonly found: string;
    }
  /** Neither made in this workspace nor pinned: its content could change without anybody noticing. */
  | { readonly reason: "from-image-unpinned"; readonly file: string; readonly fromImage: string }
  | {
      readonly reason: "version-script-failed";
      readonly file: string;
      readonly exitCode: number;
      readonly output: string;
    }
  /** The agent in the image does not answer with the version that was to be installed. */
  | {
      readonly reason: "agent-version-differs";
      readonly agent: string;
      readonly expected: string;
      readonly answered: string;
      readonly logFile: string;
    }
  | {
      readonly reason: "layout-damaged";
      readonly digest: string;
      readonly folder: string;
      readonly target: string;
    }
  | {
      readonly reason: "bootstrap-failed";
      readonly suite: string;
      readonly detail: string;
      readonly logFile: string;
    }
  /** The name of a folder cannot be part of an image reference. */
  | {
      readonly reason: "image-name-invalid";
      readonly file: string;
      readonly name: string;
      readonly problem: string;
    }
  | { readonly reason: "bootstrap-absent"; readonly command: string };

export type ImagesCause =
  | ReleaseCause
  | PublishCause
  | LockCause
  | TestedCause
  | "image-built"
  | "image-as-before"
  | "image-missing-in-engine"
  | "image-untagged-in-engine"
  | "image-in-engine"
  | "rootfs-made"
  | "image-missing-in-registry"
  | "image-in-registry";
