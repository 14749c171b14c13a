import { reflect } from "@bufbuild/protobuf/reflect";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import { GraphSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph } from "@slipway/pipeline-sdk/graph";

/**
 * A newer core may say what we do not know: left out, a guard would let everything pass. And a name that is none would be a part of a
 * script.
 */
export function checkKnown(graph: Graph): void {
  checkMessage(reflect(GraphSchema, graph));
}

/** Names that stand in scripts as they are: another plugin may have put them into the graph. */
const names: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  Job: { id: /^[A-Za-z_][\w-]*$/ },
  Value: {
    secret: /^[A-Za-z_]\w*$/,
    setting: /^[A-Za-z_]\w*$/,
    env: /^[A-Za-z_]\w*$/,
    input: /^[\w-]+$/,
  },
  Credentials: { password_secret: /^[A-Za-z_]\w*$/ },
};

const variableName = /^[A-Za-z_]\w*$/;

function checkName(pattern: RegExp | undefined, value: unknown): void {
  if (pattern === undefined || (typeof value === "string" && pattern.test(value))) return;
  throw new Error(`${JSON.stringify(value)} is no name of the graph`);
}

function checkMessage(message: ReflectMessage): void {
  const { name, oneofs } = message.desc;
  for (const oneof of oneofs) {
    // An optional field of its own is one for protobuf.
    const isKind = oneof.fields.length > 1;
    if (isKind && message.oneofCase(oneof) === undefined) throw unknown(`kind of a ${name}`);
  }
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (field.fieldKind === "scalar") checkName(names[name]?.[field.name], message.get(field));
    if (field.fieldKind === "message") checkMessage(message.get(field));
    if (field.fieldKind === "enum") checkNumber(field.enum.values, message.get(field), field.name);
    if (field.fieldKind === "list" && field.listKind === "message") {
      for (const one of message.get(field)) {
        if (!isMessage(one)) continue;
        // Inputs of a step of CircleCI's own are variables too, and have its names.
        const [first] = one.fields;
        if (field.name === "env" && first !== undefined) checkName(variableName, one.get(first));
        checkMessage(one);
      }
    }
    if (field.fieldKind === "map" && field.mapKind === "enum") {
      for (const [, value] of message.get(field)) checkNumber(field.enum.values, value, field.name);
    }
  }
}

function isMessage(value: unknown): value is ReflectMessage {
  return typeof value === "object" && value !== null && "desc" in value;
}

function checkNumber(
  values: readonly { readonly number: number }[],
  value: unknown,
  name: string,
): void {
  if (!values.some(({ number }) => number === value)) throw unknown(`${name} ${String(value)}`);
}

function unknown(what: string): Error {
  return new Error(`this plugin does not know the ${what}: it is older than the graph`);
}
