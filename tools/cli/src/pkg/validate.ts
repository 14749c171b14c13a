import { validatePackage } from "@slipway/packages/scan/validate-package";
import { validationLines } from "@slipway/report/package-validation";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { nearestProject } from "./nearest-project.ts";
import { openPackageCall } from "./package-call.ts";

/** Of the project that we stand in; changes nothing. */
export async function validateProject({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { home, signal, progress, tell, show } = openPackageCall(read.value.options);
  const projectFolder = await nearestProject(home);
  if (!projectFolder.ok) return tell(projectFolder);
  progress("Scanning source files for imports...");
  const validation = await validatePackage({
    projectFolder: projectFolder.value,
    environment: process.env,
    signal,
  });
  if (!validation.ok) return tell(validation);
  show(
    validation.value,
    validationLines(validation.value).map((line) => [line]),
  );
  return validation.value.valid ? 0 : 1;
}
