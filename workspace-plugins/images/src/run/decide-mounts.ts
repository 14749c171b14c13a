import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Choices } from "./choices.ts";
import type { Asker } from "./choose.ts";
import type { AgentMemory } from "./project-memory.ts";
import type { RunFailure } from "./run-failure.ts";

/** What of the host an agent may be given besides its project and its own settings, by the names of images.md, 1.7. */
export const optionalMounts = ["gitconfig", "gitroot", "gnupg", "ssh", "docker"] as const;
export type OptionalMount = (typeof optionalMounts)[number];

export type MountDecision = {
  readonly mounts: Readonly<Record<OptionalMount, boolean>>;
  /** Of those extensions of the selection that share something. */
  readonly extensionMounts: Readonly<Record<string, boolean>>;
  /** What somebody has said now, by flags or answers: it is not asked again. */
  readonly said: Partial<Readonly<Record<OptionalMount, boolean>>>;
  readonly notes: readonly string[];
};

export type MountQuestion = {
  readonly choices: Choices;
  readonly extensions: readonly string[];
  /** By flags: `false` is refused. */
  readonly asked: Partial<Readonly<Record<OptionalMount, boolean>>>;
  readonly remembered: AgentMemory;
  /** Whether git in this project would use it. */
  readonly needed: { readonly gnupg: boolean; readonly ssh: boolean };
  readonly asker: Asker | undefined;
  readonly takesUsual: boolean;
};

/**
 * Keys are asked for, and only where git needs them; without anybody to ask they stay out. What an extension shares
 * was written by its author, not by who starts it: somebody has to agree once.
 */
export async function decideMounts(
  question: MountQuestion,
): Promise<Result<MountDecision, RunFailure>> {
  const notes: string[] = [];
  const said: Partial<Record<OptionalMount, boolean>> = { ...question.asked };
  const keys = { gnupg: false, ssh: false };
  for (const name of ["gnupg", "ssh"] as const) {
    const decided = await decideKeys(question, name);
    if (decided === "nothing") return fail({ reason: "nothing-chosen" });
    keys[name] = decided.isOn;
    if (decided.by === "answer") said[name] = decided.isOn;
    if (decided.by === "nobody") {
      notes.push(`${name} is not mounted, though git needs it here: --mount ${name} would`);
    }
  }
  const extensionMounts = await decideExtensions(question);
  if (!extensionMounts.ok) return extensionMounts;
  return ok({
    mounts: {
      gitconfig: saidOf(question, "gitconfig") ?? true,
      gitroot: saidOf(question, "gitroot") ?? true,
      docker: saidOf(question, "docker") ?? false,
      ...keys,
    },
    extensionMounts: extensionMounts.value,
    said,
    notes,
  });
}

function saidOf({ asked, remembered }: MountQuestion, name: OptionalMount): boolean | undefined {
  return asked[name] ?? remembered.mounts?.[name];
}

type KeysDecision = { readonly isOn: boolean; readonly by: "rule" | "answer" | "nobody" };

async function decideKeys(
  question: MountQuestion,
  name: "gnupg" | "ssh",
): Promise<KeysDecision | "nothing"> {
  const said = saidOf(question, name);
  if (said !== undefined) return { isOn: said, by: "rule" };
  if (!question.needed[name]) return { isOn: false, by: "rule" };
  if (question.asker === undefined || question.takesUsual) return { isOn: false, by: "nobody" };
  const isOn = await question.asker.agree(
    name === "ssh"
      ? "git reaches this project's remotes by SSH. May the agent use your SSH keys?"
      : "git signs in this project. May the agent use your GnuPG keys?",
  );
  return isOn === undefined ? "nothing" : { isOn, by: "answer" };
}

async function decideExtensions(
  question: MountQuestion,
): Promise<Result<Readonly<Record<string, boolean>>, RunFailure>> {
  const { choices, extensions, remembered, asker, takesUsual } = question;
  const decided: Record<string, boolean> = {};
  for (const { name, shares } of choices.extensions) {
    if (!extensions.includes(name) || shares.length === 0) continue;
    const said = agreedBefore(remembered, name, shares) ?? (takesUsual ? true : undefined);
    if (said === undefined && asker === undefined) {
      const notes = [`${name} shares ${shares.join(", ")}`];
      const known = shares;
      return fail({ reason: "choice-open", agent: choices.agent, of: "shares", notes, known });
    }
    const answer =
      said ?? (await asker?.agree(`${name} shares ${shares.join(", ")} with the agent. Mount it?`));
    if (answer === undefined) return fail({ reason: "nothing-chosen" });
    decided[name] = answer;
  }
  return ok(decided);
}

/** Who agreed to some folders has not agreed to those that its author has added since. */
function agreedBefore(
  { extension_mounts: answers, extension_shares: known }: AgentMemory,
  name: string,
  shares: readonly string[],
): boolean | undefined {
  const [said, agreed] = [ownOf(answers, name), ownOf(known, name)];
  const isMore = agreed !== undefined && shares.some((share) => !agreed.includes(share));
  return said === true && isMore ? undefined : said;
}

/** An extension may be called as what every object has. */
function ownOf<Value>(
  of: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;
}
