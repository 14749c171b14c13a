import { z } from "zod";
import { manifestName } from "../content.ts";
import { manifestShape } from "../manifest-shape.ts";
import { parseStructJson } from "../struct-json.ts";

/** What a manifest says for those who look for a package; what it leaves out is empty. */
export type Description = {
  readonly name: string;
  readonly version: string;
  readonly language: string;
  readonly description: string;
  readonly summary: string;
  readonly capabilities: readonly string[];
  readonly usage: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly tags: readonly string[];
};

const text = z.string().default("");
const texts = z.array(z.string()).default([]);

const schema = z.object({
  name: z.string().min(1),
  version: text,
  description: text,
  language: z.object({ name: text }).default({ name: "" }),
  metadata: z.object({ tags: texts }).default({ tags: [] }),
  ai: z
    .object({ summary: text, capabilities: texts, usage: text, inputs: text, outputs: text })
    .default({ summary: "", capabilities: [], usage: "", inputs: "", outputs: "" }),
});

/** `undefined` where the text is no manifest: those of others may be anything. */
export function describeManifest(manifest: string): Description | undefined {
  const read = parseStructJson(manifestName, manifest, { shape: manifestShape, schema });
  if (!read.ok) return undefined;
  const { name, version, description, language, metadata, ai } = read.value.value;
  return { name, version, description, language: language.name, tags: metadata.tags, ...ai };
}

/** Where no manifest is at hand. */
export function describeByName(name: string, version: string, language: string): Description {
  const unsaid = { description: "", summary: "", usage: "", inputs: "", outputs: "" };
  return { name, version, language, ...unsaid, capabilities: [], tags: [] };
}
