// Builds images of agents on one base all together, as `nx run-many` has them built: the list is standard input.
import { text } from "node:stream/consumers";
import { makeAgent, openEngine, openUserTurns, readBuildAccess } from "@slipway/images";
import type { ImagesFailure, MadeImage } from "@slipway/images";
import { z } from "zod";

const Plan = z.strictObject({
  workspaceRoot: z.string(),
  /** Holds the locks. */
  turns: z.string(),
  base: z.strictObject({ layout: z.string(), target: z.string(), reference: z.string() }),
  agents: z.array(
    z.strictObject({
      name: z.string(),
      /** Of the base, as the image's reference has it. */
      baseName: z.string(),
      folder: z.string(),
      dockerfile: z.string(),
      layout: z.string(),
    }),
  ),
});

const { signal } = new AbortController();
const plan = Plan.parse(JSON.parse(await text(process.stdin)));
const opened = await openEngine({ counted: () => undefined, signal });
if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
using engine = opened.value;
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const session = {
  workspaceRoot: plan.workspaceRoot,
  workspace: "slipway-bench",
  engine,
  access: await readBuildAccess(process.env, signal),
  turns: openUserTurns<MadeImage, ImagesFailure>(
    { ...process.env, XDG_STATE_HOME: plan.turns },
    { signal, progress },
  ),
  builds: "always",
  signal,
  progress,
} as const;
const made = await Promise.all(
  plan.agents.map(async ({ name, baseName, folder, dockerfile, layout }) =>
    makeAgent(session, {
      name,
      project: name,
      folder,
      dockerfile,
      layout,
      base: { ...plan.base, name: baseName },
    }),
  ),
);
for (const one of made) {
  if (!one.ok) throw new Error(JSON.stringify(one.failure));
  process.stdout.write(`${one.value.receipt.reference} ${one.value.receipt.agentVersion}\n`);
}
