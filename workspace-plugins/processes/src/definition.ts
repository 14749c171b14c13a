import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import { z } from "zod";
import type { DefinitionProblem, SourceFailure } from "./failure.ts";

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens");
const id = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "must be an id of 43 base64url characters");
const Tags = z.record(z.string().min(1), z.string());

/** Tags that name the process, its kind or its deployer: they are ours to set. */
const reserved =
  /^(?:data-protocol|variant|type|module|scheduler|authority|name|sdk|timestamp|on-boot|content-type|action|(?:deploy|cron)-.*)$/i;
const OwnTags = Tags.superRefine((tags, context) => {
  for (const name of Object.keys(tags).filter((key) => reserved.test(key))) {
    context.addIssue({
      code: "custom",
      path: [name],
      message: "this tag is set by the deployment",
    });
  }
});

const Expectation = z
  .strictObject({
    tags: Tags.optional(),
    data: z.record(z.string(), z.json()).optional(),
  })
  .refine((expect) => expect.tags !== undefined || expect.data !== undefined, {
    error: "expect tags, data, or both",
  });

const Check = z.strictObject({
  action: z.string().min(1),
  tags: Tags.default({}),
  expect: Expectation,
});
export type Check = z.output<typeof Check>;

const Wallet = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type WalletSource = z.output<typeof Wallet>;

const LocalTarget = z.strictObject({ mode: z.literal("legacy"), network: z.literal("local") });
const RemoteTarget = z.strictObject({
  mode: z.enum(["legacy", "mainnet"]),
  mu: z.url(),
  su: z.url(),
  cu: z.url(),
  gateway: z.url(),
  module: id,
  scheduler: id,
  authority: id,
  wallet: Wallet,
});

/** Told apart by `network`, so that a problem is reported for the kind that was meant. */
const DeployTarget = z.discriminatedUnion("network", [
  LocalTarget,
  RemoteTarget.extend({ network: z.undefined().optional() }),
]);
export type DeployTarget = z.output<typeof DeployTarget>;

const Definition = z.strictObject({
  name: slug,
  source: z
    .string()
    .regex(
      /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/\\][^\\]*\.lua$/,
      "must be a .lua file under the project, with slashes",
    ),
  tags: OwnTags.default({}),
  checks: z.array(Check).default([]),
  targets: z
    .record(slug, DeployTarget)
    .refine((targets) => Object.keys(targets).length > 0, { error: "name at least one target" }),
});
export type Definition = z.output<typeof Definition>;

/** Every problem of the file at once, in the order of its lines. `file` is only named in failures. */
export function parseDefinition(text: string, file: string): Result<Definition, SourceFailure> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problemAt = (offset: number, problem: string): DefinitionProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), problem };
  };
  const invalid = (problems: readonly DefinitionProblem[]) =>
    fail({
      reason: "ao-definition-invalid" as const,
      file,
      problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
    });

  if (document.errors.length > 0) {
    return invalid(
      document.errors.map((e) => problemAt(e.pos[0], e.message.split("\n", 1)[0] ?? "")),
    );
  }
  const plain = plainValue(document);
  if (!plain.ok) return invalid([problemAt(0, plain.failure)]);
  const parsed = Definition.safeParse(plain.value);
  if (parsed.success) return ok(parsed.data);
  return invalid(
    parsed.error.issues.flatMap((issue) => {
      const names = issue.path.filter((name) => typeof name !== "symbol");
      if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) =>
          problemAt(
            offsetOf(document, [...names, key], "key"),
            `unknown key: ${[...names, key].join(".")}`,
          ),
        );
      }
      const where = names.length === 0 ? "" : `${names.join(".")}: `;
      const of = issue.code === "invalid_key" ? "key" : "value";
      const problem =
        issue.code === "invalid_key" ? (issue.issues[0]?.message ?? "") : issue.message;
      return [problemAt(offsetOf(document, names, of), `${where}${problem}`)];
    }),
  );
}

function plainValue(document: Document): Result<unknown, string> {
  try {
    return ok(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Where a path stands; where it does not exist, its nearest parent. */
function offsetOf(
  document: Document,
  names: readonly (string | number)[],
  of: "key" | "value",
): number {
  const parent = names.length === 0 ? undefined : document.getIn(names.slice(0, -1), true);
  if (of === "key" && isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === names.at(-1));
    if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? 0;
  }
  const node: unknown = names.length === 0 ? document.contents : document.getIn(names, true);
  const start = rangeStart(node);
  if (start !== undefined) return start;
  return names.length === 0 ? 0 : offsetOf(document, names.slice(0, -1), "value");
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const start: unknown = Array.isArray(node.range) ? node.range[0] : undefined;
  return typeof start === "number" ? start : undefined;
}
