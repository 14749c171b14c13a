import { create, toBinary } from "@bufbuild/protobuf";
import { canonicalJson } from "./canonical-json.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { EnvIngredient, Ingredients } from "./ingredients.ts";
import { digestOfMessage } from "./input-tree.ts";
import {
  ActionSchema,
  CommandSchema,
  DigestSchema,
  PlatformSchema,
} from "./remote-execution_pb.ts";
import type { Platform } from "./remote-execution_pb.ts";

/** An action of the Remote Execution API in bytes; the signature is the digest of `action`. */
export type EncodedAction = {
  readonly signature: Digest;
  readonly action: Uint8Array;
  readonly command: Uint8Array;
};

export function encodeAction(ingredients: Ingredients): EncodedAction {
  const platform = platformOf(ingredients);
  const command = toBinary(
    CommandSchema,
    create(CommandSchema, {
      arguments: [
        ingredients.executor,
        canonicalJson(
          Object.fromEntries(ingredients.options.map(({ name, value }) => [name, value])),
        ),
        ingredients.target,
        ingredients.projectRoot,
      ],
      environmentVariables: ingredients.env.map((variable) => ({
        name: variable.name,
        value: envText(variable),
      })),
      outputPaths: [...ingredients.outputs],
      ...platform,
    }),
  );
  const action = toBinary(
    ActionSchema,
    create(ActionSchema, {
      commandDigest: digestOfMessage(command),
      inputRootDigest: create(DigestSchema, {
        hash: hexOf(ingredients.inputRoot.digest),
        sizeBytes: BigInt(ingredients.inputRoot.sizeBytes),
      }),
      doNotCache: !ingredients.isCached,
      salt: saltOf(ingredients),
      ...platform,
    }),
  );
  return { signature: digestOf(action), action, command };
}

/**
 * The API wants the platform in both messages: older servers read it from the command. Clients leave one out that says
 * nothing.
 */
function platformOf({ tools, probes }: Ingredients): { readonly platform?: Platform } {
  if (tools.length + probes.length === 0) return {};
  // Each list is sorted, and so are their prefixes.
  const properties = [
    ...tools.map(({ name, version }) => ({ name: `npm:${name}`, value: version })),
    ...probes.map(({ name, version }) => ({ name: `probe:${name}`, value: version })),
  ];
  return { platform: create(PlatformSchema, { properties }) };
}

/** The API knows no unset variable, and the value itself may be a secret: a command can be shown. */
function envText(variable: EnvIngredient): string {
  return variable.state === "set" ? `set ${digestOf(variable.value)}` : variable.state;
}

/** The place for what the API has none for. */
function saltOf({ schema, upstreams, jsonFields, salt }: Ingredients): Uint8Array {
  const json = jsonFields.length === 0 ? undefined : jsonFields;
  return new TextEncoder().encode(canonicalJson({ schema, upstreams, jsonFields: json, salt }));
}
