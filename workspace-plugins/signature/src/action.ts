import { canonicalJson } from "./canonical-json.ts";
import { digestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { EnvIngredient, Ingredients } from "./ingredients.ts";
import { actionMessage, commandMessage } from "./remote-execution.ts";

/** An action of the Remote Execution API in bytes; the signature is the digest of `action`. */
export type EncodedAction = {
  readonly signature: Digest;
  readonly action: Uint8Array;
  readonly command: Uint8Array;
};

export function encodeAction(ingredients: Ingredients): EncodedAction {
  const platform = platformOf(ingredients);
  const options = Object.fromEntries(ingredients.options.map(({ name, value }) => [name, value]));
  const command = commandMessage({
    arguments: [
      ingredients.executor,
      canonicalJson(options),
      ingredients.target,
      ingredients.projectRoot,
    ],
    environmentVariables: ingredients.env.map((variable) => ({
      name: variable.name,
      value: envText(variable),
    })),
    outputPaths: ingredients.outputs,
    platform,
  });
  const action = actionMessage({
    command: { digest: digestOf(command), sizeBytes: command.byteLength },
    inputRoot: ingredients.inputRoot,
    doNotCache: !ingredients.isCached,
    salt: saltOf(ingredients),
    platform,
  });
  return { signature: digestOf(action), action, command };
}

/**
 * The API wants the platform in both messages: older servers read it from the command. Clients leave one out that says
 * nothing.
 */
function platformOf({
  tools,
  probes,
}: Ingredients): readonly { readonly name: string; readonly value: string }[] | undefined {
  if (tools.length + probes.length === 0) return undefined;
  // Each list is sorted, and so are their prefixes.
  return [
    ...tools.map(({ name, version }) => ({ name: `npm:${name}`, value: version })),
    ...probes.map(({ name, version }) => ({ name: `probe:${name}`, value: version })),
  ];
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
