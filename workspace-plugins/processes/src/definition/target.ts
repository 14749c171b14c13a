import { z } from "zod";
import { Duration, Endpoint, Id, Slug, VariableName } from "./words.ts";

const Wallet = z
  .union(
    [
      z.strictObject({
        env: VariableName.meta({ description: "Variable of the environment that holds the key." }),
      }),
      z.strictObject({
        file: z
          .string()
          .regex(
            /^(?:~\/|[^~\\])[^\\]*$/,
            "must be a path: from the project, absolute, or after ~/",
          )
          .meta({
            description: "File that holds the key: from the project, absolute, or after ~/.",
          }),
      }),
      z.strictObject({
        signer: z.string().min(1).meta({
          description: "Module that signs: a package, or a path from the project.",
        }),
      }),
    ],
    { error: "must say where the wallet is, by env, file or signer; it is never in this file" },
  )
  .meta({ description: "Where the key that owns the processes is. It is never in this file." });
export type WalletSource = z.output<typeof Wallet>;

const Promotion = z.strictObject({
  from: Slug.meta({ description: "The deploy target whose verified bytes are taken." }),
  verified_within: Duration.prefault("30m").meta({
    description: "How long ago that target may have been verified.",
  }),
  clean_tree: z.boolean().default(true).meta({
    description: "Whether everything has to be committed.",
  }),
  approval: z
    .strictObject({
      keys: z.array(z.string().min(1)).min(1).meta({ description: "Public keys." }),
    })
    .optional()
    .meta({ description: "A second person: one of these keys has signed for the promotion." }),
});

const Export = z.strictObject({
  env: z
    .strictObject({
      file: z.string().min(1).meta({ description: "The file, from the project." }),
      keys: z.record(Slug, VariableName).meta({ description: "Variable by process." }),
    })
    .optional()
    .meta({ description: "One key a process is set; every other byte of the file stays." }),
  json: z
    .string()
    .endsWith(".json", "must be a .json file")
    .optional()
    .meta({ description: "JSON file with the ids by process, from the project." }),
  typescript: z
    .string()
    .endsWith(".ts", "must be a .ts file")
    .optional()
    .meta({ description: "TypeScript file with the ids by process, from the project." }),
});

const Checking = z.strictObject({
  within: Duration.prefault("30s").meta({ description: "When to give up." }),
  retries: z.int().min(0).max(10).default(3).meta({ description: "How often a check may fail." }),
});

const Conduct = z.strictObject({
  strategy: z.enum(["in-place", "immutable"]).default("in-place").meta({
    description: "Other code: evaluated in the same process, or a new process.",
  }),
  preflight: z.enum(["live", "fresh", "off"]).optional().meta({
    description:
      "Before anything is signed the code is tried on a copy of the live state, on a fresh process, or not. Without it: fresh where local, else live.",
  }),
  checks: z.union([z.boolean(), Checking]).default(true).meta({
    description: "Whether a deployment is verified by the checks, and how patiently.",
  }),
  dry_runs_per_minute: z.int().positive().optional().meta({
    description:
      "Of its compute unit, by all runs of this machine together; without it 6, and no limit on loopback.",
  }),
  promotion: Promotion.optional().meta({
    description:
      "Code comes from another target, as it was verified there, and never from a build.",
  }),
  export: Export.optional().meta({ description: "Where the ids are written for others to read." }),
});

const Made = z.strictObject({
  module: Id.meta({ description: "Id of the AO module that runs the processes." }),
  scheduler: Id.meta({ description: "Address of the scheduler." }),
  authority: Id.meta({ description: "Address whose messages the processes trust." }),
  wallet: Wallet,
});

const gateway = Endpoint.meta({ description: "Gateway, which finds processes by their tags." });

const mode = "legacy: message, scheduler and compute units; mainnet: a HyperBEAM node.";

const LocalTarget = Conduct.extend({
  mode: z.enum(["legacy", "mainnet"]).meta({ description: mode }),
  network: z.literal("local").meta({ description: "The network that @slipway/ao-network serves." }),
});
const LegacyTarget = Conduct.extend({
  mode: z.literal("legacy").meta({ description: mode }),
  mu: Endpoint.meta({ description: "Message unit." }),
  su: Endpoint.meta({ description: "Scheduler unit." }),
  cu: Endpoint.meta({ description: "Compute unit." }),
  gateway,
  ...Made.shape,
});
const MainnetTarget = Conduct.extend({
  mode: z.literal("mainnet").meta({ description: mode }),
  url: Endpoint.meta({ description: "The node." }),
  gateway,
  ...Made.shape,
});

const notLocal = { network: z.undefined().optional() };

/** Told apart by `network`, then `mode`, so that a problem is reported for the kind that was meant. */
export const DeployTarget = z.discriminatedUnion("network", [
  LocalTarget,
  z.discriminatedUnion("mode", [LegacyTarget.extend(notLocal), MainnetTarget.extend(notLocal)]),
]);
export type DeployTarget = z.output<typeof DeployTarget>;

/** What is tried before anything is signed: of the local network, whose module is the one here, a new process. */
export function preflightOf({
  preflight,
  network,
}: Pick<DeployTarget, "preflight" | "network">): "live" | "fresh" | "off" {
  return preflight ?? (network === "local" ? "fresh" : "live");
}
