import type { AttestationFailure } from "@slipway/attestation";
import type { SmokeCause, SmokeFailure } from "@slipway/smoke";
import type { Causes, Texts } from "../text.ts";

export const smokeTexts: Texts<Exclude<SmokeFailure, AttestationFailure>> = {
  "smoke-file-missing": (failure) => ({
    what: "there is no smoke.yml",
    facts: { file: failure.file },
    hint: "a smoke needs an image, a command and its outputs",
  }),
  "smoke-input-missing": (failure) => ({
    what: `nothing matches the input ${failure.pattern}`,
    facts: { file: failure.file, pattern: failure.pattern },
    hint: "patterns are relative to the project's folder; files that git ignores are not seen",
  }),
  "smoke-input-refused": (failure) => ({
    what: `the input ${failure.path} cannot go into the container`,
    facts: { path: failure.path, because: failure.detail },
    hint: "declare the file it points at, or exclude it with !pattern",
  }),
  "smoke-image-missing": (failure) => ({
    what: `the image ${failure.image} has not been built`,
    facts: { image: failure.image, "no receipt in": failure.folder },
    hint: `npx nx run ${failure.image}:image`,
  }),
  "smoke-base-unknown": (failure) => ({
    what: `the image ${failure.image} is not built on ${failure.base}`,
    facts: { "base in smoke.yml": failure.base, "built on": failure.bases.join(", ") },
    hint: "name one of them in smoke.yml, as base:",
  }),
  "smoke-image-ambiguous": (failure) => ({
    what: `the image ${failure.image} is built on several bases`,
    facts: { image: failure.image, bases: failure.bases.join(", ") },
    hint: "name one of them in smoke.yml, as base:",
  }),
  "seal-broken": (failure) => ({
    what: `the ${failure.run} run was not sealed`,
    facts: { control: failure.control, expected: failure.expected, found: failure.found },
    hint: "the engine did not take over what was asked of it; look at its configuration",
  }),
  "smoke-command-failed": (failure) => ({
    what: `the command failed in the ${failure.run} run`,
    facts: {
      "exit code": failure.exitCode,
      ...Object.fromEntries(failure.output.map((line, at) => [`output ${at + 1}`, line])),
      log: failure.logFile,
    },
    hint: "it has no network and only the files that smoke.yml declares",
  }),
  "smoke-timed-out": (failure) => ({
    what: `the ${failure.run} run took too long and was ended`,
    facts: { "limit in seconds": failure.timeoutSeconds },
    hint: "raise limits.timeoutSeconds in smoke.yml if the command needs longer",
  }),
  "smoke-out-of-memory": (failure) => ({
    what: `the ${failure.run} run needed more memory than it may have`,
    facts: { "limit in bytes": failure.memoryBytes },
    hint: "raise limits.memoryMebibytes in smoke.yml; files that it writes count as memory",
  }),
  "smoke-output-missing": (failure) => ({
    what: `the ${failure.run} run did not write ${failure.path}`,
    facts: { output: failure.path },
    hint: "outputs are looked for below the folder that the command starts in",
  }),
  "smoke-output-refused": (failure) => ({
    what: `an output of the ${failure.run} run cannot be taken`,
    facts: { output: failure.path, because: failure.detail },
    hint: "outputs are regular files in folders",
  }),
  "smoke-output-too-large": (failure) => ({
    what: `the outputs of the ${failure.run} run are too large`,
    facts: { "limit in bytes": failure.limitBytes },
    hint: "let the command write a digest of what is too large",
  }),
  "smoke-output-truncated": (failure) => ({
    what: `the ${failure.run} run ended before its outputs were whole`,
    facts: { log: failure.logFile },
    hint: "the image needs sh, mkdir and tar; see if the engine's disk or the work folder is full",
  }),
  "not-reproducible": (failure) => ({
    what: `the two runs do not agree on ${failure.file}`,
    facts: {
      file: failure.file,
      difference: failure.difference.replace("-", " "),
      "first byte": failure.offset,
      "first run": failure.first,
      "second run": failure.second,
    },
    hint: "the runs differ in host name, time zone, date, umask, input order and one variable; both versions are in dist/smoke/differing",
  }),
  "golden-differs": (failure) => ({
    what: `${failure.file} is not what its golden digest says`,
    facts: {
      file: failure.file,
      expected: failure.expected,
      found: failure.found ?? "no such output",
    },
    hint: "if the change is meant, write the new digest into smoke.yml",
  }),
  "transcript-missing": (failure) => ({
    what: "there is no transcript to verify",
    facts: { file: failure.file },
    hint: "the smoke target writes it when both runs agree",
  }),
  "transcript-tampered": (failure) => ({
    what: "the transcript, or what it vouches for, was changed after it was signed",
    facts: { file: failure.file, part: failure.part, because: failure.detail },
    hint: "do not use it; npx nx reset --onlyCache, and run the smoke again",
  }),
  "transcript-untrusted": (failure) => ({
    what: "the transcript is signed by somebody whom this workspace does not trust",
    facts: {
      file: failure.file,
      signer: failure.signer,
      "the signer is": failure.detail.replaceAll("-", " "),
    },
    hint: "trusted signers stand in trust/signers.json and .slipway/trust/signers.json",
  }),
  "transcript-stale": (failure) => ({
    what: "the transcript is genuine and of another state of the workspace",
    facts: {
      file: failure.file,
      part: failure.part,
      recorded: failure.recorded,
      found: failure.found,
    },
    hint: "run the smoke again",
  }),
  "transcript-records-failure": (failure) => ({
    what: "the transcript says of itself that it did not pass",
    facts: { file: failure.file, phase: failure.phase, state: failure.state },
    hint: "run the smoke again",
  }),
};

export const smokeCauses: Causes<SmokeCause> = {
  "smoke-passed": "two sealed runs agreed",
  "transcript-verified": "signature, claims and disk agree",
};
