import { Field, fieldTable, without } from "@slipway/definitions/field-table";
import type { Fields } from "@slipway/definitions/field-table";
import { z } from "zod";
import { Definition } from "./definition.ts";

/** What is written of `ao.yml`, by path in the repository: for editors, and for people. */
export function aoDocuments(): ReadonlyMap<string, string> {
  const schema = jsonSchema();
  return new Map([
    ["docs/schemas/ao.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["docs/processes.md", page(Field.parse(schema))],
  ]);
}

/** A definition that says everything once; each of its fields is read by a test. */
export const example = `name: skills
processes:
  registry:
    name: Skills
    source: src/registry.lua
    modules: [src, vendor]
    bundle: { minify: true, external: [lsqlite3], globals: [sqlite], max_bytes: 262144 }
    tags: { App-Name: Skills }
    cron: { interval: 5-minutes, tags: { Action: Sweep } }
    needs: [index]
    state: [Skills]
    checks:
      - action: Info
        expect:
          tags: { Action: Info-Response }
          data: { name: skills }
      - action: Search
        tags: { Query: pdf }
        data: "{}"
        expect:
          paths: { "$.skills[*].available": true }
          schema: { type: object, required: [count] }
  index:
    source: src/index.lua
    on_boot: true
targets:
  dev: { mode: legacy, network: local }
  testnet:
    mode: legacy
    mu: https://mu.example
    su: https://su.example
    cu: https://cu.example
    gateway: https://gateway.example
    module: ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s
    scheduler: _GQ33BkPtZrqxA84vM8Zk-N2aO0toNNu_C-l-rawrBA
    authority: fcoN_xJeisVsPXA-trzVAuIiqO3ydLQxM-L4XbrQKzY
    wallet: { file: ~/.aos.json }
    preflight: live
    checks: { within: 1m, retries: 5 }
    dry_runs_per_minute: 6
  production:
    mode: mainnet
    url: https://node.example
    gateway: https://gateway.example
    module: ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s
    scheduler: n_XZJhUnmldNFo4dhajoPZWhBXuJk-OcQr5JQ49c4Zo
    authority: fcoN_xJeisVsPXA-trzVAuIiqO3ydLQxM-L4XbrQKzY
    wallet: { env: AO_WALLET }
    strategy: in-place
    promotion:
      from: testnet
      verified_within: 30m
      clean_tree: true
      approval: { keys: [MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=] }
    export:
      env: { file: ../.env, keys: { registry: REGISTRY_PROCESS_ID } }
      json: ids.json
      typescript: src/process-ids.ts
release:
  target: production
  tag: latest
  access: public
  packages:
    - folder: ../cli
      ids: dist/process-ids.json
`;

function page(schema: Field): string {
  const process = schema.properties?.["processes"]?.additionalProperties;
  const check = process?.properties?.["checks"]?.items;
  const targets = schema.properties?.["targets"]?.additionalProperties;
  if (process === undefined || check === undefined || targets === undefined) {
    throw new Error("internal: the definition has no processes, checks or targets");
  }
  const [local, legacy, mainnet] = (targets.oneOf ?? []).flatMap((each) => each.oneOf ?? [each]);
  return `# AO processes: \`ao.yml\`

Written by \`node scripts/write-schemas.ts\` from \`workspace-plugins/processes/src/definition\`; edit it there.

A project with an \`ao.yml\` gets the targets \`ao-bundle\`, \`ao-preflight\`, \`ao-ids\`, \`ao-deploy\` and \`ao-verify\`, with a configuration for each
deploy target. Every problem of the file is told at once, with line and column. An editor checks a file that begins with

    # yaml-language-server: $schema=<this folder>/schemas/ao.schema.json

All of it in one example, which a test reads:

${example.trimEnd().replaceAll(/^/gm, "    ").replaceAll(/^ +$/gm, "")}

## The file

${fieldTable(schema)}

## A process: \`processes.<name>\`

${fieldTable(without(process, ["checks"]))}

${bundling}

## A check: \`processes.<name>.checks[]\`

${fieldTable(check)}

## A deploy target: \`targets.<name>\`

Fields of every target:

${fieldTable(only(local, legacy, mainnet))}

With \`network: local\` that is all: the network says the rest, and has a wallet of its own. With \`mode: legacy\` besides:

${fieldTable(besides(legacy, local))}

With \`mode: mainnet\` besides:

${fieldTable(besides(mainnet, local))}

${wallets}`;
}

const bundling = `Lua is read as 5.3, which aos runs. \`require\` is followed where its name is written out: \`require("a.b")\` is \`a/b.lua\` or
\`a/b/init.lua\` in the first folder of \`modules\` that has it, in exactly this case of letters. \`pcall(require, "x")\` may find nothing.
Modules that require each other while they load are refused by their path; a require in a function may close such a ring.
Equal sources are equal bytes on any machine. What may be a mistake is a doubt, told with its place and written to
\`dist/ao-bundle/<process>/manifest.json\`: a computed require or handler name, a global that nobody assigns, one file by two names.`;

const wallets = `A wallet is a JWK of Arweave. Its file is readable by you alone, and ignored by git where it lies in a repository; where git cannot say that, nothing is signed. A definition that holds a private key is refused by its line alone, whatever else is wrong with it.
Paths are from the project, absolute, or after \`~/\`. No two exports write one file, or one variable of a file.
`;

/** What a target of any kind may have; of what differs, all that it can be. */
function only(...kindsOfTarget: readonly (Field | undefined)[]): Fields {
  const [first, ...others] = kindsOfTarget.map((each) => each?.properties ?? {});
  const shared = Object.entries(first ?? {}).filter(([name]) =>
    others.every((each) => name in each),
  );
  const network = shared.filter(([name]) => name === "network" || name === "mode");
  const rest = shared.filter(([name]) => name !== "network" && name !== "mode");
  return { properties: Object.fromEntries([...network, ...rest]), required: ["mode"] };
}

function besides(field: Field | undefined, base: Field | undefined): Fields {
  return without(field ?? {}, Object.keys(base?.properties ?? {}));
}

/** In draft 7, which editors know. */
function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(Definition, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: each }) => {
      // Its pattern says it; no editor knows the format.
      if (each.format === "ends_with") delete each.format;
      if (zodSchema instanceof z.ZodUndefined) each.not = {};
    },
  });
  return { $schema, title: "ao.yml", ...rest };
}
