import { create } from "@bufbuild/protobuf";
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { GraphSchema, PlaceSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Place } from "@slipway/pipeline-sdk/graph";
import {
  DiagnosticSchema,
  Diagnostic_Level,
  Feature_Support,
} from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, PluginInfo } from "@slipway/pipeline-sdk/protocol";

/** Names of fields and enum values that are set in a graph, as graph.proto has them, with the place of the first. */
export function usedFeatures(graph: Graph): ReadonlyMap<string, Place | undefined> {
  const found = new Map<string, Place | undefined>();
  visit(GraphSchema, graph, undefined, found);
  return found;
}

/** What a graph uses and the provider does not say that it can render; what it renders by other means is a note. */
export function checkFeatures(
  used: ReadonlyMap<string, Place | undefined>,
  { name: provider, features }: PluginInfo,
): readonly Diagnostic[] {
  const known = new Map(features.map((feature) => [feature.name, feature]));
  return [...used].flatMap(([name, place]) => {
    const feature = known.get(name);
    const support = feature?.support ?? Feature_Support.UNSPECIFIED;
    if (support === Feature_Support.NATIVE) return [];
    const isRendered = support === Feature_Support.EMULATED;
    return [
      create(DiagnosticSchema, {
        level: isRendered ? Diagnostic_Level.INFO : Diagnostic_Level.ERROR,
        code: isRendered ? "FEATURE_EMULATED" : "FEATURE_UNSUPPORTED",
        title: isRendered ? "rendered by other means" : "not rendered",
        message: isRendered
          ? `${provider} renders ${name} by other means`
          : support === Feature_Support.NONE
            ? `${provider} cannot render ${name}`
            : `${provider} does not know ${name}: it is older than the file`,
        fixHint: feature?.note ?? "",
        ...(place === undefined ? {} : { place }),
      }),
    ];
  });
}

type Fields = Readonly<Record<string, unknown>>;

function visit(
  schema: DescMessage,
  message: Message,
  outer: Place | undefined,
  found: Map<string, Place | undefined>,
): void {
  const fields: Fields = { ...message };
  const place = isPlace(fields["place"]) ? fields["place"] : outer;
  for (const field of schema.fields) {
    if (field.message === PlaceSchema) continue;
    const value = valueOf(field, fields);
    if (value === undefined) continue;
    note(`${schema.name}.${field.name}`, place, found);
    for (const each of partsOf(value)) {
      if (field.enum !== undefined && typeof each === "number") {
        note(field.enum.value[each]?.name ?? String(each), place, found);
      }
      if (field.message !== undefined && isMessage(each)) visit(field.message, each, place, found);
    }
  }
}

function note(name: string, place: Place | undefined, found: Map<string, Place | undefined>): void {
  if (!found.has(name)) found.set(name, place);
}

/** `undefined` for what is as if it were not there. */
function valueOf(field: DescField, fields: Fields): unknown {
  if (field.oneof !== undefined) {
    const chosen = fields[field.oneof.localName];
    if (!isChoice(chosen) || chosen.case !== field.localName) return undefined;
    return chosen.value;
  }
  const value = fields[field.localName];
  if (isOptional(field)) return value;
  const isEmpty =
    value === "" ||
    value === 0 ||
    value === false ||
    (typeof value === "object" && value !== null && partsOf(value).length === 0);
  return isEmpty ? undefined : value;
}

/** `optional`: there, whatever its value. */
function isOptional({ proto }: DescField): boolean {
  return proto.proto3Optional;
}

function partsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null || isMessage(value)) return [value];
  return Object.values(value);
}

function isChoice(value: unknown): value is { readonly case: unknown; readonly value: unknown } {
  return typeof value === "object" && value !== null && "case" in value;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

function isPlace(value: unknown): value is Place {
  return isMessage(value) && value.$typeName === PlaceSchema.typeName;
}
