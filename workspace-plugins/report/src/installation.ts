import type { Installation } from "@slipway/packages";

/** A line for each package as aigg has it, the sum, and how the packages are found by Python and Node. */
export function installationLines({ packages, facts }: Installation): readonly string[] {
  if (packages.length === 0) return ["No packages to install"];
  const fetched = packages.filter(({ isFetched }) => isFetched).length;
  const pythonPath = facts["PYTHONPATH"];
  const runsNode = packages.some(({ language }) => language === "javascript");
  return [
    ...packages.map(({ key, files }) => `✓ Installed ${key} (${files} files)`),
    `✓ Installed ${packages.length} package(s) (${fetched} fetched)`,
    ...(pythonPath === undefined ? [] : [`  Python: export PYTHONPATH=${pythonPath}`]),
    ...(runsNode ? ["  Node: node --require ./.aigogo/register.js <program>"] : []),
  ];
}
