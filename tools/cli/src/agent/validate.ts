import { realpath } from "node:fs/promises";
import path from "node:path";
import { findDoubts } from "@slipway/images/catalogue/doubts";
import { validateCatalogue } from "@slipway/images/catalogue/problems";
import { readCatalogue } from "@slipway/images/catalogue/read-catalogue";
import { definitionLines } from "@slipway/report/catalogue-validation";
import { fail, ok } from "@slipway/signature/basics";
import type { Failure } from "@slipway/report";
import type { Result } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { findWorkspace, isWorkspace } from "../workspace.ts";
import { openAgentCall } from "./agent-call.ts";

/** Of all definitions, or of those below a folder; changes nothing. */
export async function validateDefinitions(call: Call): Promise<number> {
  const read = readArguments(call.args, { options: { json: { type: "boolean" } }, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { options, words } = read.value;
  const { workspaceRoot, signal, show, tell } = openAgentCall(call, options);
  const where = await whereToLook(words[0], workspaceRoot);
  if (!where.ok) return tell(where);
  const catalogue = await readCatalogue({ ...where.value, variables: process.env }, signal);
  if (!catalogue.ok) return tell(catalogue);
  const doubts = await findDoubts(catalogue.value);
  const validation = validateCatalogue(catalogue.value, doubts, where.value.below);
  show(
    validation,
    definitionLines(validation, shortName).map((line) => [line]),
  );
  return validation.problems.length === 0 ? 0 : 1;
}

type Where = { readonly workspaceRoot: string | undefined; readonly below?: string };

/** A folder outside of any workspace is read as if it were one. */
async function whereToLook(
  folder: string | undefined,
  workspaceRoot: string | undefined,
): Promise<Result<Where, Failure>> {
  if (folder === undefined) return ok({ workspaceRoot });
  try {
    const below = await realpath(folder);
    const around = findWorkspace(below);
    return ok({ workspaceRoot: isWorkspace(around) ? around : below, below });
  } catch {
    return fail({ reason: "folder-missing", folder });
  }
}

/** From where we stand, when that is not further. */
function shortName(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith("..") ? file : relative;
}
