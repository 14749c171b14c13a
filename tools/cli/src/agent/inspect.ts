import path from "node:path";
import { readTrust } from "@slipway/attestation";
import { builtChains } from "@slipway/images/publish/built-images";
import { inspectPublished } from "@slipway/images/publish/inspect-image";
import type { InspectedImage } from "@slipway/images/publish/inspect-image";
import { readProvenance } from "@slipway/images/provenance";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openAgentRegistry } from "./agent-registry.ts";
import { imagesRoot } from "./own-folders.ts";

const options = { base: { type: "string" }, json: { type: "boolean" } } as const;

/** What an image is made from: one of a registry, or those of an agent that are built here. */
export async function inspectImage(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [name = ""] = read.value.words;
  const { base, json = false } = read.value.options;
  return name.includes("/")
    ? inspectReference(call, { reference: name, json })
    : inspectAgent(call, { agent: name, base, json });
}

type Rows = readonly (readonly string[])[];

async function inspectReference(
  call: Call,
  { reference, json }: { readonly reference: string; readonly json: boolean },
): Promise<number> {
  const { signal, tell, show } = openAgentCall(call, { json });
  const trust = await readTrust(call.workspaceRoot);
  if (!trust.ok) return tell(trust);
  const registry = openAgentRegistry(signal);
  const found = await inspectPublished(reference, {
    registry,
    trust: trust.value,
    now: new Date(),
  });
  return found.ok ? show(found.value, publishedRows(found.value)) : tell(found);
}

function publishedRows(image: InspectedImage): Rows {
  const { claims, ingredients = {} } = image;
  const believed = claims.believed;
  return [
    ["reference", image.reference],
    ["digest", image.digest],
    ["image id", image.imageId],
    ["platform", image.platform],
    ["signed by", believed?.signer ?? "nobody whom trust/signers.json names"],
    ...claims.objections.map(({ signer = "", problem }) => ["not believed", problem, signer]),
    ["bill of materials", image.hasSbom ? "attached" : "none"],
    ...rowsUnder("labels", image.labels),
    ...rowsUnder("made from", ingredients),
  ];
}

async function inspectAgent(
  call: Call,
  of: { readonly agent: string; readonly base: string | undefined; readonly json: boolean },
): Promise<number> {
  const { workspaceRoot, catalogue, tell, show } = openAgentCall(call, of);
  const definitions = await catalogue();
  if (!definitions.ok) return tell(definitions);
  const root = workspaceRoot ?? imagesRoot(process.env);
  const chains = await builtChains({ ...of, catalogue: definitions.value, root });
  if (!chains.ok) return tell(chains);
  const images = [];
  for (const chain of chains.value) {
    const image = chain.at(-1);
    if (image === undefined) continue;
    const { receipt, source } = image;
    const provenance = await readProvenance(path.join(root, source.layout), receipt);
    if (!provenance.ok) return tell(provenance);
    const { below: _, diffIds, schema: __, ...facts } = receipt;
    const { predicate } = provenance.value;
    images.push({ ...facts, layers: diffIds.length, provenance: predicate });
  }
  return show(
    { images },
    images.flatMap(({ reference, imageId, manifestDigest, inputs, provenance }) => [
      ["reference", reference],
      ["image id", imageId],
      ["digest", manifestDigest],
      ["work signature", provenance.buildDefinition.internalParameters.workSignature ?? "none"],
      ...rowsUnder("made from", inputs),
    ]),
  );
}

function rowsUnder(title: string, values: Readonly<Record<string, string>>): Rows {
  return [[title], ...Object.entries(values).map(([name, value]) => [`  ${name}`, value])];
}
