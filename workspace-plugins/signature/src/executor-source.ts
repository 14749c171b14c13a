/**
 * The filesets of an executor's own code, as Nx inputs: Nx does not hash a local executor.
 * `packages` are the folders under `workspace-plugins` that it imports, directly or through another.
 */
export function executorSource(executor: string, packages: readonly string[]): readonly string[] {
  return [
    `{workspaceRoot}/tools/executors/${executor}/**/*`,
    "{workspaceRoot}/tools/executors/session/**/*",
    ...packages.map((name) => `{workspaceRoot}/workspace-plugins/${name}/src/**/*`),
    "!{workspaceRoot}/tools/executors/**/*.test.ts",
    "!{workspaceRoot}/workspace-plugins/**/*.test.ts",
  ];
}

/**
 * The filesets of another project's own files. A target declares those of what it builds on, whose results it is
 * keyed by already: `nx affected` looks at files, and would not see through the results.
 */
export function projectSource(root: string): readonly string[] {
  const written = ["dist", ".aigogo"];
  return [
    `{workspaceRoot}/${root}/**/*`,
    ...written.map((folder) => `!{workspaceRoot}/${root}/${folder}/**/*`),
  ];
}
