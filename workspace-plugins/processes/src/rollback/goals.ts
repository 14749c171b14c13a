import { fail, inParallel, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { SettledEnvironment } from "../deploy/settle.ts";
import { atOnce } from "../deploy/survey.ts";
import type { WantedProcess } from "../deploy/survey.ts";
import type { ProcessesFailure } from "../failure.ts";
import { handlersIn } from "../bundle/handlers-in.ts";
import { findCode } from "../record/code-archive.ts";
import { messageOf } from "../record/message-of.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";

/** A code, and the message by which the network still has it. */
export type KnownCode = { readonly codeDigest: Digest; readonly message: string | undefined };

/** One process with an earlier code, the others with the code that is recorded of them. Nothing is built. */
export async function goalsWith(
  settled: SettledEnvironment,
  record: EnvironmentRecord,
  changed: { readonly name: string; readonly code: KnownCode },
): Promise<Result<readonly WantedProcess[], ProcessesFailure>> {
  const { definition, archive, network } = settled;
  const all = Object.entries(definition.processes);
  return inParallel(
    atOnce,
    all,
    async ([name, process]): Promise<Result<WantedProcess, ProcessesFailure>> => {
      const known = name === changed.name ? changed.code : currentOf(record.processes[name]);
      if (known === undefined) return fail({ reason: "rollback-unfinished", process: name });
      const code = await findCode(archive, network, known);
      if (!code.ok) return code;
      const { needs, on_boot: onBoot } = process;
      const handlers = handlersIn(code.value);
      const settings = settled.settingsOf(name, process);
      const { codeDigest } = known;
      return ok({ name, settings, code: code.value, codeDigest, handlers, needs, onBoot });
    },
  );
}

function currentOf(record: ProcessRecord | undefined): KnownCode | undefined {
  if (record?.state !== "deployed") return undefined;
  const { codeDigest, history } = record;
  return { codeDigest, message: messageOf(history, codeDigest) };
}
