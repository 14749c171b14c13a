import { table } from "@slipway/definitions/markdown-table";
import { examples } from "./guide-examples.ts";

/** Of each kind of thing in the file its fields. */
export type Tables = Readonly<
  Record<
    | "file"
    | "triggers"
    | "inputs"
    | "schedule"
    | "workflow"
    | "job"
    | "step"
    | "artifact"
    | "command"
    | "service"
    | "cache"
    | "environment"
    | "plugin"
    | "skipping"
    | "output",
    string
  >
>;

function block(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, "    ");
}

/** A test of the commands holds it against them. */
const commands = table([
  ["command", "does"],
  [
    "`slipway ci init`",
    "write a cig.toml to begin with, from the languages and CI systems that are found here",
  ],
  [
    "`slipway ci plan`",
    "show what is found, the jobs, and which files would change; writes nothing",
  ],
  ["`slipway ci render`", "write the files of the CI systems from cig.toml, all of them or none"],
  [
    "`slipway ci validate`",
    "tell what is wrong with a pipeline, for its schema, providers and policies",
  ],
  [
    "`slipway ci explain`",
    "say why a job will run or not, what it is signed by, and what each provider makes of it",
  ],
  [
    "`slipway ci compute-signatures`",
    "tell a run which jobs need not run, by their work signatures",
  ],
  ["`slipway ci record-success`", "put the success of a job on record, by its work signature"],
  [
    "`slipway ci import`",
    "write a cig.toml that says what a file of another system says, and tell what it cannot say",
  ],
  [
    "`slipway ci simulate`",
    "say which jobs an event would run, and why not the others; evaluates the files of GitHub by themselves",
  ],
  [
    "`slipway ci plugin test`",
    "try whether a program is a plugin of pipelines, whatever it is written in",
  ],
  ["`slipway ci plugin add`", "write a plugin into cig.toml, with what it needs into cig.lock"],
  [
    "`slipway ci sync`",
    "resolve and fetch the modules of cig.toml, verify who signed them, write cig.lock",
  ],
  [
    "`slipway ci publish`",
    "sign a module with this machine's key, and send it to a registry under its version",
  ],
]);

export const guide = `# Pipelines: \`cig.toml\`

Written by \`node scripts/write-schemas.ts\` from \`workspace-plugins/pipelines/src/definition\`; edit it there.

One \`cig.toml\` says what runs in CI; GitHub Actions, CircleCI, Buildkite and Jenkins get their own files from it.

    slipway ci init            # writes a cig.toml to begin with, from what lies here
    slipway ci plan --diff     # what is found, the jobs, and what would be written
    slipway ci render          # writes the files of all \`outputs\`, or none
    slipway ci render --check  # in CI: fails with a diff where a file is stale

${block(examples.small)}

Every problem of the file is told at once, with line, column and what was meant. An editor with a language server for TOML (Even Better
TOML, taplo) checks and completes a file that begins with the comment \`#:schema\` and the path or URL of
[the schema](schemas/cig.schema.json).

Rendered files carry the digest of what they say: \`render\` does not write over what was edited by hand, but with \`--force\`.
Values reach commands by the environment; no text of a person becomes a part of a script.

## Templates

${table([
  ["in a text", "is"],
  [
    `\`{{ NAME }}\``,
    `a variable of \`[variables]\`, or a fact that a plugin found in the repository, such as \`ruby_version\``,
  ],
  [`\`{{ matrix.NAME }}\``, "the value of this job of the matrix"],
  [`\`{{ parameters.NAME }}\``, `in steps of a command: what \`with\` says`],
  [
    `\`{{ branch }}\`, \`{{ input.NAME }}\``,
    `in \`env\`, \`with\`, \`concurrency.group\` and \`environments.url\`: what the run knows`,
  ],
  [`\`{{ "text" }}\``, "the text itself"],
])}

\`\${{ … }}\` and braces of any other shape stay as they are. In a command, a fact of the run is a problem that says how to give it: by \`env\`.
A variable whose own text has a \`{{ NAME }}\` in it is for the environment: where a text asks for it, that is a problem, too.

## Conditions

${block(examples.conditions)}

\`!\` binds before \`&&\`, \`&&\` before \`||\`. \`==\`, \`!=\` and \`matches\` (\`*\` within a part between slashes, \`**\`, \`?\`) compare with a text in quotes, in which
templates may stand; a name alone asks whether it is neither empty nor \`false\`. What the file itself decides is decided when it is rendered.

${table([
  ["name", "is"],
  [
    `\`commit\`, \`branch\`, \`head-branch\`, \`base-branch\`, \`tag\`, \`event\`, \`run-number\`, \`actor\``,
    "a fact of the run",
  ],
  [`\`matrix.NAME\`, \`variables.NAME\``, "known when it is rendered"],
  [`\`env.NAME\``, "a variable of the job"],
  [`\`input.NAME\``, "what the person said who started it"],
  [`\`setting.NAME\``, "a variable that people set with the provider"],
  [`\`output.JOB.NAME\``, "of a job that it needs"],
  [
    `\`success()\`, \`failure()\`, \`always()\`, \`cancelled()\``,
    "how what came before ended; without one of them, it has to have ended well",
  ],
])}

## Matrix

${block(examples.matrix)}

Each choice is a job of its own, with its values in its id: \`test-bookworm-ruby3_3\`. \`include\` is read as GitHub reads it; \`rows\` in the
place of dimensions is a job for each row. A need without brackets is of all of them.

## Workflows and triggers

${block(examples.workflows)}

Without \`[workflows]\` all jobs are of one, \`ci\`. Without \`triggers\` it starts by a push to \`main\` and by pull requests.

## Commands, modules and plugins

${block(examples.commands)}

\`uses\` names a command of the file, a module, or a step of one provider alone (\`github:actions/checkout@v4\`). A module is steps or a
plugin; \`packages\` are modules of the kind \`lang\`, which install a language by its lock file and cache what it fetches. A module comes
with slipway, out of a registry, out of git or from a folder; \`slipway ci sync\` locks and verifies it. See
[the package's page](../workspace-plugins/pipelines/README.md#modules), and [how to write one](../workspace-plugins/pipeline-sdk/README.md).

## Leaving jobs out

${block(examples.skipping)}

With \`[skipping]\`, a run asks before its jobs which of them have succeeded as they are now: by the work signature over steps, image,
variables, \`source_files\`, \`env_inputs\` and the signatures of what they need. Signatures are computed in the run, and never rendered.

${table([
  ["what", "how"],
  [
    "store",
    `\`native\` (the cache of the provider), a folder, \`https://…\` (GET and PUT, with \`SLIPWAY_STORE_TOKEN\`), \`oci://registry/name\``,
  ],
  [
    "trust",
    "a run believes its own successes (of its pull request, of its branch) and those of protected branches; a pull request writes nothing that others read",
  ],
  [
    "never left out",
    `\`skip = "never"\`, approvals, jobs that deploy to an environment; runs that a clock or a person starts, unless \`skip = "allowed"\``,
  ],
  ["taken from", "a job that one which runs takes an artifact or output from runs too"],
  [
    "needed",
    "a job that is left out counts as one that ended well; a failed one does not, also behind one that is left out",
  ],
  [
    "doubt",
    "no runner, no store, no answer in time, a signature that cannot be made: all jobs run",
  ],
  ["force", `\`SLIPWAY_FORCE\` in the environment of the decision: all jobs run`],
])}

A job that reads what \`source_files\` and \`env_inputs\` do not name, such as a network or the clock, may be left out when it should not be: name it, or say \`skip = "never"\`.

## Commands of the line

${commands}

\`slipway help ci plan\` has the options of one. Most have \`--json\`; \`validate\` has \`--sarif\`.
`;

export function reference(tables: Tables): string {
  return `## The file

${tables.file}

### \`triggers\`, of the file or of a workflow

${tables.triggers}

An entry of \`schedule\`:

${tables.schedule}

An entry of \`manual.inputs\`:

${tables.inputs}

### \`workflows.<id>\`

${tables.workflow}

### \`jobs.<id>\`

${tables.job}

### A step: \`steps[]\`

${tables.step}

### An artifact: \`artifacts[]\`

${tables.artifact}

### \`commands.<name>\`

${tables.command}

### \`services.<name>\`

${tables.service}

### \`caches.<name>\`

${tables.cache}

### \`environments.<name>\`

${tables.environment}

### \`plugins."<kind>/<name>"\`

A constraint alone, or:

${tables.plugin}

### \`skipping\`

${tables.skipping}

### \`[[outputs]]\`

${tables.output}
`;
}
