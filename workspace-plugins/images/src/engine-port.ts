import type { Readable } from "node:stream";
import type { Digest, Result } from "@slipway/signature";
import type { ContainerSpec, ImageId } from "./container.ts";
import type { ContainerExit, RunStreams } from "./container-run.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { EngineKind } from "./engine-kind.ts";
import type { FindStored } from "./stored/open-store.ts";

export type Answer<Value> = Promise<Result<Value, EngineFailure>>;

export type EngineImage = {
  readonly id: ImageId;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
};

export type ListedImage = EngineImage & {
  /** As its config has it: a normalised image is from 1970. */
  readonly createdAt: Date;
};

export type ImageFacts = EngineImage & {
  readonly diffIds: readonly Digest[];
  readonly entrypoint: readonly string[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly platform: Platform;
};

export type EngineContainer = { readonly id: string; readonly owner: string | undefined };

export type Platform = { readonly os: string; readonly architecture: string };

export type BuildRequest = {
  /** The build context as a tar, Dockerfile included. */
  readonly context: Readable;
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly tag?: string;
  readonly networkMode?: string;
  readonly noCache?: boolean;
  /** Gets the steps and what they wrote, as text. */
  readonly logFile: string;
  /** Gets each line of the log as it comes. */
  readonly onLine?: (line: string) => void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

/** As Docker's `X-Registry-Auth` has it (engine API, "Authentication"). */
export type EngineCredential =
  | { readonly username: string; readonly password: string }
  | { readonly identitytoken: string }
  | { readonly registrytoken: string };

export type PullRequest = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly progress: (line: string) => void;
  readonly credential?: EngineCredential;
};

/** A container engine. Its end, by `using`, cuts every connection it still has. */
export type Engine = Disposable & {
  readonly endpoint: string;
  readonly kind: EngineKind;
  readonly version: string;
  readonly platform: Platform;
  /** Whether root in its containers is its user outside. */
  readonly isRootless: () => Answer<boolean>;
  /** Every image, in one request. */
  readonly images: () => Answer<readonly ListedImage[]>;
  /** `undefined`: the engine has no such image. */
  readonly image: (reference: string) => Answer<ImageFacts | undefined>;
  /** By BuildKit, or by Podman's own builder. The id is of this build, also when another build takes the same tag meanwhile. */
  readonly build: (request: BuildRequest) => Answer<ImageId>;
  /** The archive of one image; the reader sees an error if it breaks off. */
  readonly save: (reference: string, signal: AbortSignal) => Answer<Readable>;
  /**
   * The same image on the engine's own disk, where that can be read: of a local Docker with overlay2, as root. A save
   * hands out all layers, and takes as long as most builds.
   */
  readonly stored: FindStored;
  /** The references (or ids, of what has none) that the engine says it loaded. */
  readonly load: (tar: Readable, signal: AbortSignal) => Answer<readonly string[]>;
  readonly tag: (id: ImageId, repository: string, tag: string) => Answer<void>;
  readonly removeImage: (reference: string, options?: { readonly force?: boolean }) => Answer<void>;
  /** `reference` by tag or by `@sha256:`; answers with the id of what was pulled. */
  readonly pull: (reference: string, request: PullRequest) => Answer<ImageId>;
  /** Creates, runs and removes a container. Whatever becomes of the run, no container of it stays. */
  readonly run: (spec: ContainerSpec, streams: RunStreams) => Answer<ContainerExit>;
  /** Those that carry every one of these labels, running or not. */
  readonly containers: (
    labels: Readonly<Record<string, string>>,
  ) => Answer<readonly EngineContainer[]>;
  /** Removes containers whose process is gone; answers with their ids. */
  readonly reap: () => Answer<readonly string[]>;
};
