import { z } from "zod";
import { Tree } from "./groovy.ts";

/**
 * The sections of a declarative pipeline and where each may stand, as pipeline-model-definition checks them: written down from its
 * documented form, since the plugin itself is in no repository of Maven's own.
 */
const Calls = z.array(Tree).min(1);

const Environment = z
  .array(
    z.strictObject({
      key: z.string().regex(/^[A-Za-z_]\w*$/),
      value: z.union([
        z.strictObject({ text: z.string() }),
        z.strictObject({ credentials: z.string() }),
      ]),
    }),
  )
  .min(1);

const When = z.strictObject({
  beforeAgent: z.literal(true).optional(),
  beforeInput: z.literal(true).optional(),
  beforeOptions: z.literal(true).optional(),
  expression: z.array(Tree).length(1),
});

const Stage = z.strictObject({
  name: z.string().min(1),
  when: When.optional(),
  agent: z.union([z.literal("any"), Calls]).optional(),
  tools: Calls.optional(),
  options: Calls.optional(),
  environment: Environment.optional(),
  input: Calls.optional(),
  steps: Calls.optional(),
  get stages() {
    return z.array(Stage).min(1).optional();
  },
  get parallel() {
    return z.array(Stage).min(1).optional();
  },
  post: z.strictObject({ always: Calls }).optional(),
});
export type Stage = z.output<typeof Stage>;

/** What the types leave out. */
function checkStage(stage: Stage, isBeside: boolean): void {
  const { name, steps, stages, parallel, agent, tools } = stage;
  const kinds = [steps, stages, parallel].filter((one) => one !== undefined);
  const told = (text: string): never => {
    throw new Error(`stage ${name}: ${text}`);
  };
  if (kinds.length !== 1) told("one of steps, stages and parallel");
  if (parallel !== undefined && (isBeside || agent !== undefined || tools !== undefined)) {
    told("stages beside each other have agents of their own, and none beside each other in them");
  }
  const names = new Set(parallel?.map((one) => one.name));
  if (names.size !== (parallel?.length ?? 0)) told("two stages of one name beside each other");
  for (const one of stages ?? []) checkStage(one, isBeside);
  for (const one of parallel ?? []) checkStage(one, true);
}

const Pipeline = z.strictObject({
  agent: z.literal("none"),
  environment: Environment.optional(),
  options: Calls.optional(),
  parameters: Calls.optional(),
  triggers: Calls.optional(),
  libraries: Calls.optional(),
  stages: z.array(Stage).min(1),
});
export type Pipeline = z.output<typeof Pipeline>;

/** The last statement of a file, read as a declarative pipeline. What stands elsewhere than it may is a problem. */
export function declarativeIn(tree: readonly Tree[]): Pipeline {
  const body = bodyOf(tree.at(-1), "pipeline");
  const pipeline = Pipeline.parse(
    Object.assign(sections(body), {
      agent: wordOf(find(body, "agent")),
      stages: stagesIn(find(body, "stages")),
    }),
  );
  for (const stage of pipeline.stages) checkStage(stage, false);
  return pipeline;
}

function stagesIn(section: Tree | undefined): unknown {
  return section && bodyOf(section).map(stageIn);
}

function stageIn(node: Tree): unknown {
  const body = bodyOf(node, "stage");
  const post = find(body, "post");
  const agent = find(body, "agent");
  const when = find(body, "when");
  return {
    ...sections(body),
    name: node.with?.[0]?.value,
    stages: stagesIn(find(body, "stages")),
    parallel: stagesIn(find(body, "parallel")),
    agent: agent && (wordOf(agent) ?? bodyOf(agent)),
    post: post && Object.fromEntries(bodyOf(post).map((one) => [one.call ?? "?", bodyOf(one)])),
    when:
      when &&
      Object.fromEntries(
        bodyOf(when).map((one) => [
          one.call ?? "?",
          one.call === "expression" ? bodyOf(one) : one.with?.[0]?.value,
        ]),
      ),
  };
}

/** All that stands in a block, by name; what stands there twice is told. */
function sections(body: readonly Tree[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const node of body) {
    const name = node.call ?? "?";
    if (name in found) throw new Error(`${name} stands there twice`);
    found[name] = name === "environment" ? bodyOf(node).map(entryIn) : closureOf(node);
  }
  return found;
}

function entryIn({ operator, left, right }: Tree): unknown {
  if (operator !== "=") throw new Error("no entry of an environment");
  const value = textIn(right);
  const credentials = right?.call === "credentials" ? textIn(right.with?.[0]) : undefined;
  return {
    key: left?.variable,
    value: value === undefined ? { credentials } : { text: value },
  };
}

/** A text that stands there, in one piece or several. */
export function textIn(tree: Tree | undefined): string | undefined {
  if (tree?.operator === "+") {
    const [left, right] = [textIn(tree.left), textIn(tree.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return typeof tree?.value === "string" ? tree.value : undefined;
}

function find(body: readonly Tree[], name: string): Tree | undefined {
  return body.find(({ call }) => call === name);
}

function wordOf(node: Tree | undefined): string | undefined {
  return node?.with?.[0]?.variable;
}

function closureOf(node: Tree): readonly Tree[] | undefined {
  return node.with?.at(-1)?.closure;
}

/** What stands in the block of a call. */
export function bodyOf(node: Tree | undefined, name?: string): readonly Tree[] {
  if (node === undefined || (name !== undefined && node.call !== name)) {
    throw new Error(`${node?.call ?? "nothing"} stands where ${name ?? "a call"} is to be`);
  }
  const body = closureOf(node);
  if (body === undefined) throw new Error(`${node.call ?? "?"} has no block`);
  return body;
}
