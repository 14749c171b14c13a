import { readFile } from "node:fs/promises";
import path from "node:path";
import { readStatement, signStatement } from "@slipway/attestation";
import type { SigningKey, StatementProblem, Trust } from "@slipway/attestation";
import { digestOf, hexOf, writeFileAtomically } from "@slipway/signature/basics";
import { namesIn } from "@slipway/signature/names-in";
import type { Approval } from "./gates.ts";
import { PromotionStatement, promotionOf, statementOf } from "./statement.ts";
import type { Promotion } from "./statement.ts";

/** Under a project, and committed: who approves is not who promotes. */
const folder = "deployments/approvals";

/** Signs for a promotion. The same person for the same codes has one file; answers with it, relative to the workspace. */
export async function approve(
  place: { readonly workspaceRoot: string; readonly projectRoot: string },
  promotion: Promotion,
  { key, now }: { readonly key: SigningKey; readonly now: Date },
): Promise<string> {
  const of = hexOf(digestOf(JSON.stringify([promotion.project, promotion.digests, key.hint])));
  const name = `${promotion.from}-${promotion.to}-${of.slice(0, 16)}.json`;
  const file = path.posix.join(place.projectRoot, folder, name);
  const bundle = await signStatement(statementOf(promotion, now), key);
  await writeFileAtomically(path.join(place.workspaceRoot, file), bundle);
  return file;
}

/** What was signed for promotions of a project between two environments, and what only looks so. */
export async function readApprovals(
  place: { readonly workspaceRoot: string; readonly projectRoot: string },
  { project, from, to }: Omit<Promotion, "digests">,
  belief: { readonly trust: Trust; readonly now: Date },
): Promise<readonly Approval[]> {
  const inProject = path.posix.join(place.projectRoot, folder);
  const all = await namesIn(path.join(place.workspaceRoot, inProject));
  const names = all.filter((name) => name.startsWith(`${from}-${to}-`) && name.endsWith(".json"));
  const approvals: Approval[] = [];
  for (const name of names) {
    const file = path.posix.join(inProject, name);
    const text = await readFile(path.join(place.workspaceRoot, file), "utf8");
    const read = readStatement(text, PromotionStatement, belief);
    if (!read.ok) {
      approvals.push({ file, state: "disbelieved", problem: problemOf(read.failure) });
      continue;
    }
    const { statement, signer } = read.value;
    const said = promotionOf(statement);
    const isThis = said.project === project && said.from === from && said.to === to;
    approvals.push(
      isThis
        ? { file, state: "signed", signer, digests: said.digests }
        : {
            file,
            state: "disbelieved",
            problem: `it is for ${said.project} ${said.from} ${said.to}`,
          },
    );
  }
  return approvals;
}

function problemOf(problem: StatementProblem): string {
  return problem.kind === "untrusted"
    ? `its signer ${problem.signer} is ${problem.detail}`
    : `${problem.part}: ${problem.detail}`;
}
