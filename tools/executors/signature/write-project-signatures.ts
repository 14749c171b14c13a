import path from "node:path";
import {
  digestOf,
  fail,
  ok,
  ownFactFile,
  ownFactValue,
  readTextIfPresent,
  writeSignatures,
} from "@slipway/signature";
import type { Outcome, Result, SignatureCause, SignatureFailure } from "@slipway/signature";
import type { Session } from "../session/session.ts";

/** Writes what was found before the tasks, by target, to `dist/signatures.json` of the project. */
export async function writeProjectSignatures(
  session: Pick<Session, "workspaceRoot" | "projectRoot" | "projectName" | "target">,
  texts: ReadonlyMap<string, string>,
): Promise<Result<Outcome<SignatureCause>, SignatureFailure>> {
  const { workspaceRoot, projectRoot, projectName, target } = session;
  const id = `${projectName}:${target}`;
  const text = texts.get(id);
  if (text === undefined) return fail({ reason: "signatures-not-found", target: id });
  // What Nx remembers is kept under the fact: it has to be the one that this command found.
  const fact = path.join(workspaceRoot, ownFactFile(projectName, target));
  if ((await readTextIfPresent(fact)) !== ownFactValue(digestOf(text))) {
    return fail({ reason: "signatures-overtaken", target: id });
  }
  return ok(
    await writeSignatures(path.join(workspaceRoot, projectRoot, "dist", "signatures.json"), text),
  );
}
