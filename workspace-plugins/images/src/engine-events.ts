import { parseJson } from "@slipway/signature/basics";
import { z } from "zod";

/** One line of the engine's answer to build, load and pull. */
export type EngineEvent = z.output<typeof EngineEvent>;

const EngineEvent = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  /** An object from some producers, base64 from BuildKit's trace. */
  aux: z.unknown().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
});

/** The JSON lines of an answer. A line that is no event throws `UnclearAnswer`. */
export async function* eventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<EngineEvent> {
  for await (const line of linesOf(bytes)) {
    const event = EngineEvent.safeParse(parseJson(line));
    if (!event.success) throw new UnclearAnswer(line.slice(0, 200));
    yield event.data;
  }
}

/** The engine answered, and not in a form that we know. */
export class UnclearAnswer extends Error {}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of bytes) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines.map((line) => line.trim()).filter((line) => line !== "");
  }
  if (rest.trim() !== "") yield rest.trim();
}
