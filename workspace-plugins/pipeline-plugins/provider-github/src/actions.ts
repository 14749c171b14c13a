/** Steps of GitHub's own that we render, each by the version whose inputs we write. */
export const actions = {
  checkout: "actions/checkout@v4",
  cache: "actions/cache@v4",
  restoreCache: "actions/cache/restore@v4",
  saveCache: "actions/cache/save@v4",
  upload: "actions/upload-artifact@v4",
  download: "actions/download-artifact@v4",
} as const;
