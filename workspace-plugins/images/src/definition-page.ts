import { table } from "@slipway/definitions/markdown-table";
import { z } from "zod";
import {
  AgentDefinition,
  BaseDefinition,
  ExtendedImageDefinition,
  ExtensionDefinition,
} from "./definition.ts";

/** What is written of definitions, by path in the repository: for editors, and for people. */
export function definitionDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ...sections.map(({ name, schema }): [string, string] => [
      `docs/schemas/${name}.schema.json`,
      `${JSON.stringify(jsonSchema(name, schema), undefined, 2)}\n`,
    ]),
    ["docs/definitions.md", page()],
  ]);
}

type Section = {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly title: string;
  readonly schema: z.ZodType;
  readonly about: string;
  readonly example: string;
  readonly beside: string;
};

const sections: readonly Section[] = [
  {
    name: "base",
    title: "Base",
    schema: BaseDefinition,
    about:
      "An image with what agents need to run: bash, which runs their scripts, certificates, a runtime. The folder's name is the base's.",
    example: `from_image: localhost:5055/rootfs:bookworm
base_image_distro: Debian
base_image_description: Debian 12 with bash, git, Python and a pinned Node
architectures: [amd64, arm64]`,
    beside:
      "`Dockerfile` builds it in this folder. It begins with `ARG FROM_IMAGE` and `FROM ${FROM_IMAGE}`. Every file of the folder can be copied from.",
  },
  {
    name: "agent",
    title: "Agent",
    schema: AgentDefinition,
    about:
      "A coding agent, which is put on each base that it does not exclude. The folder's name is the agent's, and the command that starts it.",
    example: `agent_full_name: OpenAI Codex
agent_homepage: https://github.com/openai/codex
agent_path:
  directories: [~/.codex]
build_local: false`,
    beside:
      "`install.sh` runs as root in the build, and installs the version in `AGENT_VERSION`: a command of the agent's name that answers to `--version` with it. `version.sh` prints one line, the version that an image gets. The base's bash runs both, whatever their first lines say. Other files of the folder lie beside both when they run; every `*.sh` is executable and has the line ends of a shell then.",
  },
  {
    name: "extension",
    title: "Extension",
    schema: ExtensionDefinition,
    about:
      "What somebody wants in an agent's image besides. It has `scripts/*.sh`, a `Dockerfile`, or `shares`; one with shares alone adds no layer.",
    example: `name: Skopeo
description: Copies images between registries
shares: [~/.config/containers:ro]`,
    beside:
      "`scripts/*.sh` run as root in the order of their names, each by its own first line, executable or not. A `Dockerfile` takes their place: it begins with `ARG BASE_IMAGE` and `FROM ${BASE_IMAGE}`, is given `EXTENSION`, and runs the scripts itself.",
  },
  {
    name: "image-extended",
    title: "Extended image",
    schema: ExtendedImageDefinition,
    about:
      "An agent on a base with extensions, chosen once and then by the folder's name. The agent has to go on the base.",
    example: `agent: codex
base: debian
extensions: [skopeo]`,
    beside: "Nothing else: what the image is made of is defined by the others.",
  },
];

const places = [
  ["place", "where"],
  [
    "packaged",
    "what `slipway agent use` unpacked: `$XDG_DATA_HOME/slipway/definitions/{bases,agents,extensions,image-extended}`",
  ],
  ["workspace", "any folder of the workspace that has such a file"],
  ["user", "`~/.aicage/custom/{image-base,agents,extension,image-extended}`"],
  ["user", "`~/.aicage-custom/{base-images,agents,extensions,image-extended}`"],
];

function page(): string {
  return [
    `# Definitions of images

Written by \`node scripts/write-schemas.ts\` from \`workspace-plugins/images/src/definition.ts\`; edit it there.

A definition is a folder with a file that says what it is: \`base.yml\`, \`agent.yml\`, \`extension.yml\` or \`image-extended.yml\`;
\`.yaml\` is read too. The folder's name is the definition's: at most 60 lower-case letters and digits, with single \`.\`, \`_\` or \`-\`
between them. No link in it leads out of the folder that holds all definitions of its place.

${table(places)}

A later place of this table replaces an earlier one, by kind and name. A broken definition fails who selects it and nobody else.

    slipway agent list       # what there is, from where, and which agent goes on which base
    slipway agent validate   # every problem of every definition, with file, line and column

An editor checks a file that begins with, for example,

    # yaml-language-server: $schema=<this folder>/schemas/agent.schema.json
`,
    ...sections.map(describeSection),
    releases,
  ].join("\n");
}

const releases = `## Releases

    slipway agent release --out dist/definitions --version 1.4.0
    slipway agent use dist/definitions

The first packs the definitions of a workspace into \`bases.tar.gz\`, \`agents.tar.gz\` and \`extensions.tar.gz\` (with the extended
images), describes them in \`images-metadata.yaml\`, and lists all of these in \`SHA256SUMS\`, which \`SHA256SUMS.sigstore.json\` signs with
this machine's key. Equal definitions are equal bytes. What git ignores stays out; a broken definition or a link is refused.

The second takes the definitions of one or more such folders over as the packaged set, in place of what was there. It reads
aicage's \`aicage-image.tar.gz\` and \`aicage-image-base.tar.gz\` too. The sums have to be signed by a key in \`trust/signers.json\` of the
workspace, unless \`--allow-unsigned\` is said; the artefacts have to be what the sums say; and no entry may lead outside.
`;

function describeSection({ name, title, schema, about, example, beside }: Section): string {
  const { properties = {}, required = [] } = Fields.parse(jsonSchema(name, schema));
  return `## ${title}: \`${name}.yml\`

${about}

${example.replaceAll(/^/gm, "    ")}

${fieldTable(properties, required)}

${beside}
`;
}

const Field: z.ZodType<Field> = z.looseObject({
  description: z.string().default(""),
  type: z.string().default(""),
  default: z.unknown().optional(),
  items: z.looseObject({ enum: z.array(z.string()).optional() }).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy(() => Field),
    )
    .optional(),
});

type Field = {
  readonly description: string;
  readonly type: string;
  readonly default?: unknown;
  readonly items?: { readonly enum?: readonly string[] | undefined } | undefined;
  readonly properties?: Readonly<Record<string, Field>> | undefined;
};

const Fields = z.looseObject({
  properties: z.record(z.string(), Field).optional(),
  required: z.array(z.string()).optional(),
});

function fieldTable(
  properties: Readonly<Record<string, Field>>,
  required: readonly string[],
): string {
  const rows = Object.entries(properties).flatMap(([name, field]) => [
    rowOf(name, field, required.includes(name)),
    ...Object.entries(field.properties ?? {}).map(([inner, innerField]) =>
      rowOf(`${name}.${inner}`, innerField, false),
    ),
  ]);
  return table([["field", "value", "without it", "meaning"], ...rows]);
}

function rowOf(name: string, field: Field, isRequired: boolean): readonly string[] {
  const without = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
  return [`\`${name}\``, typeName(field), isRequired ? "a problem" : without, field.description];
}

function typeName({ type, items }: Field): string {
  if (type === "array") return `list of ${items?.enum?.join(", ") ?? "texts"}`;
  if (type === "boolean") return "true or false";
  return type === "string" ? "text" : "these two";
}

/** In draft 7, which editors know; former names are ours alone. */
function jsonSchema(name: string, schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    override: ({ jsonSchema: each }) => {
      delete each["formerly"];
    },
  });
  return { $schema, title: `${name}.yml`, ...rest };
}
