/** What a layer may be. A package is source code: what is more is something else, or an attack. */
export type LayerLimits = {
  /** Of the layer as the registry has it. */
  readonly compressedBytes: number;
  /** Of the tar in it, headers and all. */
  readonly unpackedBytes: number;
  /** Files, and folders that they lie in. */
  readonly entries: number;
  /** Of the unpacked to the compressed bytes; looked at from `ratioFromBytes` unpacked bytes on. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
};

const mebibyte = 1024 * 1024;

export const layerLimits: LayerLimits = {
  compressedBytes: 8192 * mebibyte,
  unpackedBytes: 8192 * mebibyte,
  entries: 100_000,
  ratio: 200,
  ratioFromBytes: 64 * mebibyte,
};
