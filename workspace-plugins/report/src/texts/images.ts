import type { AttestationFailure } from "@slipway/attestation";
import type { ImagesCause, ImagesFailure, RunFailure } from "@slipway/images";
import type { RegistryFailure } from "@slipway/registry";
import type { SignatureFailure } from "@slipway/signature";
import type { Causes, Texts } from "../text.ts";
import type { LockFailure } from "./images-lock.ts";

type OwnFailure = Exclude<
  ImagesFailure,
  | RegistryFailure
  | AttestationFailure
  | SignatureFailure
  | RunFailure
  | LockFailure
  | {
      readonly reason:
        | "definition-unknown"
        | "image-not-renewed"
        | "image-unknown"
        | `release-${string}`
        | `tested-${string}`;
    }
>;

export const imagesTexts: Texts<OwnFailure> = {
  "engine-absent": (failure) => ({
    what: "there is no container engine",
    facts: { endpoint: failure.endpoint, answer: failure.detail },
    hint: "make engine starts one (it needs root); or set DOCKER_HOST to an engine that you may use",
  }),
  "engine-refused": (failure) => ({
    what: `the container engine refused to ${failure.operation}`,
    facts: { status: failure.status ?? "none", answer: failure.detail },
    hint: "if something was removed meanwhile, run the same command again: what is missing is put back",
  }),
  "engine-disk-full": (failure) => ({
    what: `the container engine has no space left to ${failure.operation}`,
    facts: {
      answer: failure.detail,
      ...(failure.logFile === undefined ? {} : { log: failure.logFile }),
    },
    hint: "make room where the engine keeps its data (docker system df), then run the same command again",
  }),
  "engine-lost": (failure) => ({
    what: `the container engine went away during ${failure.operation}`,
    facts: { detail: failure.detail },
    hint: "look at the engine's log, then run the same command again",
  }),
  "engine-timeout": (failure) => ({
    what: `the container engine did not finish in time: ${failure.operation}`,
    facts: { "limit in seconds": failure.timeoutMs / 1000 },
    hint: "see whether an engine answers at DOCKER_HOST: docker version",
  }),
  "engine-interrupted": (failure) => ({
    what: `stopped during ${failure.operation}`,
    facts: {},
    hint: "run the same command again: it goes on from what is complete",
  }),
  "engine-unclear": (failure) => ({
    what: `the container engine's answer is not understood: ${failure.operation}`,
    facts: { detail: failure.detail },
  }),
  "build-failed": (failure) => ({
    what: "the image build failed",
    facts: {
      ...Object.fromEntries(
        failure.output.map((line, at) => [at === 0 ? "output" : " ".repeat(at), line]),
      ),
      step: shortened(failure.detail),
      log: failure.logFile,
    },
    hint: "the log has the output of every step",
  }),
  "build-waits": ({ reference, failedAt, times, nextTry, logFile }) => ({
    what: `${reference} is not built again yet: it failed a short while ago, and nothing has changed since`,
    facts: {
      failed: times === 1 ? minuteOf(failedAt) : `${times} times, last at ${minuteOf(failedAt)}`,
      "tried again": `from ${minuteOf(nextTry)} on`,
      ...(logFile === undefined ? {} : { log: logFile }),
    },
    hint: "--rebuild builds it now",
  }),
  "container-differs": (failure) => ({
    what: "the engine started a container that is not as asked",
    facts: { setting: failure.setting, asked: failure.asked, got: failure.got },
  }),
  "definition-invalid": (failure) => {
    const [first] = failure.problems;
    return {
      what: `${failure.file} is not what it has to be`,
      facts: Object.fromEntries(
        // Several things can be missing at one place.
        [
          ...Map.groupBy(
            failure.problems,
            ({ line, column }) => `${failure.file}:${line}:${column}`,
          ),
        ].map(([place, problems]) => [place, problems.map(({ message }) => message).join("; ")]),
      ),
      ...(first === undefined ? {} : { at: first.at }),
      hint: "mend the file and run the same command again",
    };
  },
  "definition-missing": (failure) => ({
    what: `${failure.file} is missing`,
    facts: {},
    hint: "every agent has agent.yml, install.sh and version.sh; every base has base.yml and Dockerfile",
  }),
  "layer-unclear": (failure) => ({
    what: "a layer of the image is not understood",
    facts: { detail: failure.detail, "at byte": String(failure.offset) },
    hint: "what the engine or mmdebstrap wrote is no tar of a root file system",
  }),
  "receipt-missing": (failure) => ({
    what: `${failure.folder} holds no whole image`,
    facts: { "made by": failure.target },
    hint: `npx nx run ${failure.target}`,
  }),
  "base-changed": (failure) => ({
    what: `the layers under ${failure.reference} are not those of its base`,
    facts: { expected: failure.expected, found: failure.found },
    hint: "another run changed the base meanwhile; run the same command again",
  }),
  "from-image-unpinned": (failure) => ({
    what: "from_image is neither made in this workspace nor pinned",
    facts: { file: failure.file, from_image: failure.fromImage },
    hint: "slipway agent lock pins it; or name a base, or what a root file system of this workspace is pushed as",
  }),
  "version-script-failed": (failure) => ({
    what: "version.sh did not print a version",
    facts: { file: failure.file, "exit code": failure.exitCode, output: failure.output },
    hint: "bash runs it in the base without a network, and it prints one line; slipway agent lock asks one that needs the network",
  }),
  "agent-version-differs": (failure) => ({
    what: `${failure.agent} in the image does not answer with the pinned version`,
    facts: { expected: failure.expected, answered: failure.answered, log: failure.logFile },
    hint: `install.sh has to install AGENT_VERSION of a command ${failure.agent} that answers to --version`,
  }),
  "layout-damaged": (failure) => ({
    what: `a blob of ${failure.folder} is missing or not what its name says`,
    facts: { blob: failure.digest },
    hint: `npx nx reset --onlyCache, and run again: ${failure.target} makes it anew`,
  }),
  "bootstrap-failed": (failure) => ({
    what: `mmdebstrap could not make Debian ${failure.suite}`,
    facts: { error: failure.detail, log: failure.logFile },
    hint: "it needs root or user namespaces, and a Debian mirror in reach",
  }),
  "image-name-invalid": (failure) => ({
    what: "the folder's name cannot name an image",
    facts: { file: failure.file, name: failure.name, problem: failure.problem },
    hint: "rename the folder",
  }),
  "agent-without-base": (failure) => ({
    what: "the agent excludes every base of this workspace",
    facts: { file: failure.file },
    hint: "look at base_exclude and base_distro_exclude",
  }),
  "image-name-taken": (failure) => ({
    what: `${failure.reference} would be made by two definitions`,
    facts: { file: failure.file, "made by": failure.other },
    hint: "rename one of the folders, or give an extended image another image_ref",
  }),
  "image-ring": (failure) => ({
    what: "images need each other in a ring",
    facts: { file: failure.file, ring: failure.references.join(" → ") },
    hint: "take one of them out: from_image of a base, or FROM and COPY --from= of a Dockerfile",
  }),
  "image-parts-unknown": (failure) => ({
    what: "this workspace does not have all that the image is made of",
    facts: { file: failure.file, missing: failure.parts.join(", ") },
    hint: "mend the names in the file; an agent may exclude the base in its agent.yml",
  }),
  "extension-empty": (failure) => ({
    what: "the extension does nothing",
    facts: { file: failure.file },
    hint: "it has to have scripts/*.sh, a Dockerfile or shares",
  }),
  "image-absent": (failure) => ({
    what: `${failure.reference} has not been built here`,
    facts: {},
  }),
  "image-local-only": (failure) => ({
    what: `${failure.reference} may not be redistributed, so it is never pushed`,
    facts: {},
    hint: "build_local: false in agent.yml says that an agent may be; then build the image again",
  }),
  "provenance-invalid": (failure) => ({
    what: `${failure.file} does not say how the image beside it was built`,
    facts: {},
    hint: "remove the folder that it lies in and build the image again",
  }),
  "image-for-others": (failure) => ({
    what: `${failure.reference} has no image for ${failure.architecture}`,
    facts: { "has images for": failure.others.length === 0 ? "nobody" : failure.others.join(", ") },
    hint: "who publishes it has to push it from a machine of that kind too",
  }),
  "image-not-published": (failure) => ({
    what: "the registry does not have the image",
    facts: { reference: failure.reference },
    hint: "slipway agent push puts it there",
  }),
  "image-unsigned": (failure) => ({
    what: "nobody whom trust/signers.json names has signed the image",
    facts: {
      reference: failure.reference,
      digest: failure.digest,
      ...Object.fromEntries(
        failure.objections.map(({ signer, problem }, at) => [
          `signature ${at + 1}`,
          signer === undefined ? problem : `${problem}: ${signer}`,
        ]),
      ),
    },
    hint: "its publisher signs it with slipway agent push --sign; their key is trusted by its entry in trust/signers.json",
  }),
  "image-not-allowed": (failure) => ({
    what: "the policy has no rule for an image",
    facts: { image: failure.reference, policy: failure.policyFile },
    hint: "add a rule that has its registry or repository; one with images: ['*'] at the end has all others",
  }),
  "image-manifest-unclear": (failure) => ({
    what: "what the registry has under that name is not one image",
    facts: { reference: failure.reference },
    hint: "of an index, name the image of one platform by its digest",
  }),
  "bootstrap-absent": (failure) => ({
    what: `${failure.command} is not installed`,
    facts: {},
    hint: "apt-get install --no-install-recommends mmdebstrap (make setup does it as root)",
  }),
};

/** A failed step is named by its whole command, which the Dockerfile has as well. */
function shortened(step: string): string {
  return step.length <= 160 ? step : `${step.slice(0, 100)} … ${step.slice(-50)}`;
}

export const imagesCauses: Causes<ImagesCause> = {
  "release-written": "the release is written",
  "definitions-taken-over": "the definitions are the packaged set now",
  "images-locked": "locked",
  "images-lock-planned": "would be locked",
  "images-lock-pruned": "nothing was built from it any more",
  "images-lock-all-used": "something is built from each entry",
  "images-lock-as-it-was": "the lock has it all as it is",
  "tested-recorded": "noted that it has passed",
  "tested-merged": "the records are one now",
  "image-built": "built",
  "image-as-before": "nothing that it is made of has changed",
  "image-missing-in-engine": "the engine did not have it",
  "image-untagged-in-engine": "the engine had it without its name",
  "image-in-engine": "the engine has it",
  "rootfs-made": "bootstrapped",
  "image-missing-in-registry": "the registry did not have it",
  "image-in-registry": "the registry has it",
  "image-signed": "nobody had signed it with this key",
  "image-attached": "its bill of materials was not there",
  "image-pulled": "it was asked for",
};

/** In the zone of who reads it: `2026-11-21 17:20`. */
function minuteOf(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace("T", " ");
}
