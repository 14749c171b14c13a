import type { ImagesFailure } from "@slipway/images";
import type { Texts } from "../text.ts";

/** Of these, `definition-invalid` has its words with the other definitions of images. */
type OwnFailure = Extract<
  ImagesFailure,
  { readonly reason: "definition-unknown" | `release-${string}` }
>;

export const catalogueTexts: Texts<OwnFailure> = {
  "definition-unknown": ({ kind, name, known, near, commands = [], isForLock = false }) => ({
    what: `there is no ${describeKind(kind)} ${name}`,
    facts: { "did you mean": [...near, ...commands].join(", "), known: known.join(", ") || "none" },
    hint: isForLock
      ? "slipway agent list says what there is; a workspace locks its own, and what you have beside it is locked outside of any"
      : "slipway agent list says what there is, and where from",
  }),
  "release-of-broken": ({ files, problems }) => ({
    what: "definitions of this workspace are broken",
    facts: { problems, files: files.join("\n") },
    hint: "slipway agent validate tells each of them",
  }),
  "release-empty": ({ folder }) => ({
    what: "there are no definitions to release",
    facts: { workspace: folder },
    hint: "a definition is a folder with base.yml, agent.yml, extension.yml or image-extended.yml",
  }),
  "release-holds-link": ({ file }) => ({
    what: "a definition holds a link, which a release cannot",
    facts: { link: file },
    hint: "put what it leads to in its place",
  }),
  "release-folder-taken": ({ folder, holds }) => ({
    what: "the folder for the release holds something else",
    facts: { folder, "for example": holds },
    hint: "name a folder that is empty, or not there yet: it is replaced as a whole",
  }),
  "release-stopped": () => ({
    what: "stopped; what was there is as it was",
    facts: {},
    hint: "run the same command again",
  }),
  "release-incomplete": ({ folder, missing }) => ({
    what: "the folder holds no whole release",
    facts: { folder, missing },
    hint: "a release is SHA256SUMS with the artefacts that it lists",
  }),
  "release-sums-invalid": ({ file, line }) => ({
    what: "the sums of the release are not as sha256sum writes them",
    facts: { file, line },
    hint: "fetch the release again",
  }),
  "release-unlisted": ({ file }) => ({
    what: "an artefact is not listed in the sums beside it",
    facts: { file },
    hint: "nothing says that it belongs to the release: remove it, or fetch the release again",
  }),
  "release-differs": ({ file, expected, found }) => ({
    what: "an artefact is not what its sums say",
    facts: { file, expected, found },
    hint: "fetch the release again",
  }),
  "release-unsigned": ({ folder, signer = "", detail }) => ({
    what: "nobody who is trusted here has signed the release",
    facts: { folder, signer, detail },
    hint: "put the signer's key into trust/signers.json, or say --allow-unsigned",
  }),
  "release-tampered": ({ file, detail }) => ({
    what: "the signature is not of this release",
    facts: { file, detail },
    hint: "fetch the release again; if that does not help, ask who signed it",
  }),
  "release-archive-refused": ({ file, entry, problem }) => ({
    what: `an artefact of the release is not safe to unpack: ${archiveProblems[problem]}`,
    facts: { file, entry },
    hint: "ask who made the release; nothing of it was taken over",
  }),
};

type Refused = Extract<OwnFailure, { readonly reason: "release-archive-refused" }>;

const archiveProblems: { readonly [Problem in Refused["problem"]]: string } = {
  "not-an-archive": "it is no tar compressed by gzip, or is cut off",
  "too-large": "it holds more than 256 MiB",
  "too-many": "it holds more than 20000 entries",
  "unsafe-name": "a name leads elsewhere, or cannot be shown",
  "neither-file-nor-folder": "an entry is neither a file nor a folder",
  twice: "a name stands twice",
};

function describeKind(kind: Extract<OwnFailure, { readonly kind: string }>["kind"]): string {
  return kind === "image-extended" ? "extended image" : kind;
}
