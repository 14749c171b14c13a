const architectures: Readonly<Partial<Record<string, "amd64" | "arm64">>> = {
  x64: "amd64",
  arm64: "arm64",
};

/** As images name it; `undefined`: images are for none that we know of. */
export function machineArchitecture(): "amd64" | "arm64" | undefined {
  return architectures[process.arch];
}
