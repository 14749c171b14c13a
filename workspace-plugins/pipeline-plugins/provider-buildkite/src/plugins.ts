/** Plugins of Buildkite's own that we render, each by the version whose settings we write. */
export const plugins = {
  cache: "cache#v1.10.0",
  docker: "docker#v5.13.0",
  dockerLogin: "docker-login#v3.0.0",
} as const;
