/** A file of a release, and which of its top-level names are definitions; what else it holds is not unpacked. */
export type Artefact = { readonly file: string; readonly holds: readonly string[] };

/** Those of aicage's first releases, whose names ours have (images.md, 1.5), with extensions besides. */
export const ownArtefacts = [
  { file: "bases.tar.gz", holds: ["bases"] },
  { file: "agents.tar.gz", holds: ["agents"] },
  { file: "extensions.tar.gz", holds: ["extensions", "image-extended"] },
] as const satisfies readonly Artefact[];

/** And of its later ones. */
const laterArtefacts = [
  { file: "aicage-image-base.tar.gz", holds: ["bases", "scripts"] },
  { file: "aicage-image.tar.gz", holds: ["agents", "Dockerfile"] },
] as const satisfies readonly Artefact[];

export const knownArtefacts: readonly Artefact[] = [...ownArtefacts, ...laterArtefacts];

export const metadataName = "images-metadata.yaml";
export const sumsName = "SHA256SUMS";
export const bundleName = "SHA256SUMS.sigstore.json";
