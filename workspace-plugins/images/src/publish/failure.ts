/** Of images in registries, and of what says how they were built. */
export type PublishFailure =
  /** The file that says how an image was built is none, or is of another image. */
  { readonly reason: "provenance-invalid"; readonly file: string };
