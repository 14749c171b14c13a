import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import type { Result } from "@slipway/signature";
import { z } from "zod";

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

/** `file` is only named in failures. */
export function parseDefinition(text: string, file: string): Result<Definition, DefinitionFailure> {
  return parseYaml(file, text, Definition);
}
