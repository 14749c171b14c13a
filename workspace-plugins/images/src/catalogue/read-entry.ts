import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { parseYaml, problemAt } from "@slipway/definitions";
import type { Problem } from "@slipway/definitions";
import type { ZodType } from "zod";
import {
  AgentDefinition,
  BaseDefinition,
  ExtendedImageDefinition,
  ExtensionDefinition,
  ImageName,
} from "../definition.ts";
import type { Entry, Extension, Located } from "./entry.ts";
import { follow, readFolder } from "./folder.ts";
import type { FolderContent } from "./folder.ts";
import type { Candidate } from "./places.ts";

/** A definition file, and the names of what lies beside it. */
type Source = Located & { readonly text: string; readonly files: readonly string[] };

/** What a definition comes to with what lies beside it, and what is wrong with that. */
type Complete<Parsed, Definition> = (
  parsed: Parsed,
  source: Source,
) => { readonly definition: Definition; readonly problems: readonly Problem[] };

export async function readBase(candidate: Candidate): Promise<Entry<BaseDefinition>> {
  return readEntry(candidate, BaseDefinition, ["Dockerfile"], (definition) => ({
    definition,
    problems: [],
  }));
}

export async function readAgent(candidate: Candidate): Promise<Entry<AgentDefinition>> {
  return readEntry(
    candidate,
    AgentDefinition,
    ["install.sh", "version.sh"],
    (definition, source) => ({
      definition,
      problems: publishedByNobody(definition, source),
    }),
  );
}

export async function readExtension(candidate: Candidate): Promise<Entry<Extension>> {
  return readEntry(candidate, ExtensionDefinition, [], (parsed, source) => {
    const definition = { ...parsed, ...installation(source.files) };
    return { definition, problems: ofNoEffect(definition, source) };
  });
}

/** Whether there are such an agent, base and extensions is told by who knows all. */
export async function readExtendedImage(
  candidate: Candidate,
): Promise<Entry<ExtendedImageDefinition>> {
  return readEntry(candidate, ExtendedImageDefinition, [], (definition) => ({
    definition,
    problems: [],
  }));
}

/** What the file system refuses is a problem of this definition, and of no other. */
async function readEntry<Parsed, Definition>(
  candidate: Candidate,
  schema: ZodType<Parsed>,
  needed: readonly string[],
  complete: Complete<Parsed, Definition>,
): Promise<Entry<Definition>> {
  try {
    return await readWhole(candidate, schema, needed, complete);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const { kind, name, place, folder } = candidate;
    const file = path.join(folder, `${kind}.yml`);
    const problem = problemAt({ file, text: "" }, [], `cannot be read: ${error.message}`);
    return { kind, name, place, folder, file, state: "broken", problems: [problem] };
  }
}

async function readWhole<Parsed, Definition>(
  candidate: Candidate,
  schema: ZodType<Parsed>,
  needed: readonly string[],
  complete: Complete<Parsed, Definition>,
): Promise<Entry<Definition>> {
  const content = await contentOf(candidate);
  const { kind, name, place, folder } = candidate;
  const [first, second] = [`${kind}.yml`, `${kind}.yaml`].filter((one) =>
    content.files.includes(one),
  );
  const file = path.join(folder, first ?? `${kind}.yml`);
  const located: Located = { kind, name, place, folder, file };
  const text = first === undefined ? "" : await readFile(file, "utf8");
  const source: Source = { ...located, text, files: content.files };
  const absent = [first ?? `${kind}.yml`, ...needed].filter((one) => !content.files.includes(one));
  const problems = [
    ...content.problems,
    ...nameProblems(name),
    ...twice(first, second),
    ...absent.map((one) => `${one} is missing${whyMissing(candidate, one)}`),
  ].map((message) => problemAt({ file, text: "" }, [], message));
  if (first === undefined) return { ...located, state: "broken", problems };
  const parsed = parseYaml(file, text, schema);
  if (!parsed.ok) {
    return { ...located, state: "broken", problems: [...problems, ...parsed.failure.problems] };
  }
  const whole = complete(parsed.value, source);
  const all = [...problems, ...whole.problems];
  return all.length > 0
    ? { ...located, state: "broken", problems: all }
    : { ...located, state: "sound", definition: whole.definition };
}

/** A folder that is a link may lead elsewhere in its place, and no further. */
async function contentOf({ folder, placeFolder }: Candidate): Promise<FolderContent> {
  const followed = await follow(folder, await realpath(placeFolder));
  if (followed.ok && followed.value === "folder") return readFolder(folder, placeFolder);
  const problem = followed.ok ? "that leads to a file" : followed.failure;
  return { files: [], problems: [`the folder is a link ${problem}`] };
}

function nameProblems(name: string): readonly string[] {
  const parsed = ImageName.safeParse(name);
  return (parsed.error?.issues ?? []).map(
    ({ message }) => `the folder's name is the definition's, and ${message}`,
  );
}

function twice(first: string | undefined, second: string | undefined): readonly string[] {
  return first === undefined || second === undefined
    ? []
    : [`${first} and ${second} lie beside each other: keep one of them`];
}

/** aicage publishes its bases as images, and packs nothing that builds them (images.md, 1.5). */
function whyMissing({ kind, place }: Candidate, name: string): string {
  return kind === "base" && place === "packaged" && name === "Dockerfile"
    ? ": whoever packed the base did not pack what builds it; define one of this name with a Dockerfile"
    : "";
}

/** Only who publishes images of an agent says of it that they may be (images.md, 1.1). */
function publishedByNobody({ build_local }: AgentDefinition, source: Source): readonly Problem[] {
  if (source.place !== "user" || build_local) return [];
  const message = "build_local: must be true or left out: a user's agent is built on this machine";
  return [problemAt(source, ["build_local"], message)];
}

function installation(files: readonly string[]): Pick<Extension, "installs" | "scripts"> {
  const scripts = files
    .filter((file) => /^scripts\/[^/]+\.sh$/.test(file))
    .map((file) => path.posix.basename(file));
  if (files.includes("Dockerfile")) return { installs: "dockerfile", scripts };
  return { installs: scripts.length > 0 ? "scripts" : "nothing", scripts };
}

function ofNoEffect({ installs, shares }: Extension, source: Source): readonly Problem[] {
  if (installs !== "nothing" || shares.length > 0) return [];
  const message = "it does nothing: it has to have shares, a Dockerfile or scripts/*.sh";
  return [problemAt(source, [], message)];
}
