import type { Evaluate, EvaluationReply, SparseMemory } from "@slipway/aos";
import { ok } from "@slipway/signature";
import { z } from "zod";
import { liveProbe } from "../src/network/live-text.ts";

/**
 * In place of the aos module, for tests of what is around it: of Lua it knows only what a deployment sends. A process
 * keeps its last marks; it evaluates for its owner alone, when it is spawned with its code or told to.
 */
export const scriptedAos: Evaluate = async ({ memory, message, environment }) => {
  const { From, Tags, Data, Nonce } = Message.parse(message);
  const { Owner } = Environment.parse(environment).Process;
  const before = memoryText(memory);
  const isSpawn = Nonce === 0 && tagOf(Tags, "Type") === "Process";
  const isEvaluation = isSpawn
    ? tagOf(Tags, "On-Boot") === "Data"
    : tagOf(Tags, "Action") === "Eval";
  if (!isEvaluation) return replyOf(before, "New Message");
  if (From !== Owner) return replyOf(before, "Message is not trusted!");
  if (Data === liveProbe) return replyOf(before, `slipway-live:${before === "" ? "none" : before}`);
  const [, code = "", links = ""] = marks.exec(Data) ?? [];
  const patch = exposure.exec(Data)?.[1];
  const returned = /\nreturn "([^"]*)"\n$/.exec(Data)?.[1] ?? "";
  return replyOf(code === "" ? "" : `${code} ${links}`, returned, patch);
};

/** The text that makes a process forget its marks, in both modes. */
export const forgetting =
  '__AO_DEPLOY = nil Send({ device = "patch@1.0", ["slipway-live"] = "none" })';

const marks = /__AO_DEPLOY\.sha256 = "([^"]+)" __AO_DEPLOY\.links = "([^"]+)"/;
const exposure = /\["slipway-live"\] = "([^"]+)"/;

const Tag = z.object({ name: z.string(), value: z.string() });
const Message = z.looseObject({
  From: z.string(),
  Tags: z.array(Tag),
  Data: z.string(),
  Nonce: z.number(),
});
const Environment = z.looseObject({ Process: z.looseObject({ Owner: z.string() }) });

function tagOf(tags: readonly z.output<typeof Tag>[], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}

function memoryText(
  memory: (Omit<SparseMemory, "bytes"> & { readonly bytes: Uint8Array }) | undefined,
): string {
  return memory === undefined ? "" : Buffer.from(memory.bytes).toString("utf8");
}

function replyOf(memory: string, output: string, patch?: string) {
  const patches =
    patch === undefined
      ? []
      : [
          {
            Tags: [
              { name: "device", value: "patch@1.0" },
              { name: "slipway-live", value: patch },
            ],
          },
        ];
  const reply: EvaluationReply = {
    result: { Output: { data: output }, Messages: patches, Spawns: [], Assignments: [] },
    memory: { pageCount: 0, pages: [], bytes: new Uint8Array(Buffer.from(memory)) },
  };
  return ok(reply);
}
