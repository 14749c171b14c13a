import { hexOf } from "./digest.ts";
import {
  boolField,
  bytesField,
  message,
  messageField,
  messageFields,
  sizeField,
  textField,
  textFields,
} from "./message.ts";
import type { DirectoryDigest } from "./tree/tree.ts";

type Named = { readonly name: string; readonly value: string };

/** Of a Command of the Remote Execution API, version 2: the fields that we set, under its numbers. */
export type CommandFields = {
  readonly arguments: readonly string[];
  readonly environmentVariables: readonly Named[];
  /** `undefined`: the message is not there. */
  readonly platform: readonly Named[] | undefined;
  readonly outputPaths: readonly string[];
};

export function commandMessage(fields: CommandFields): Uint8Array {
  return message(
    textFields(1, fields.arguments),
    messageFields(2, fields.environmentVariables.map(namedMessage)),
    messageField(5, platformMessage(fields.platform)),
    textFields(7, fields.outputPaths),
  );
}

/** Of an Action, likewise. */
export type ActionFields = {
  readonly command: DirectoryDigest;
  readonly inputRoot: DirectoryDigest;
  readonly doNotCache: boolean;
  readonly salt: Uint8Array;
  readonly platform: readonly Named[] | undefined;
};

export function actionMessage(fields: ActionFields): Uint8Array {
  return message(
    messageField(1, digestMessage(fields.command)),
    messageField(2, digestMessage(fields.inputRoot)),
    boolField(7, fields.doNotCache),
    bytesField(9, fields.salt),
    messageField(10, platformMessage(fields.platform)),
  );
}

function platformMessage(properties: readonly Named[] | undefined): Uint8Array | undefined {
  return properties === undefined
    ? undefined
    : message(messageFields(1, properties.map(namedMessage)));
}

/** `Platform.Property` and `Command.EnvironmentVariable` are alike. */
function namedMessage({ name, value }: Named): Uint8Array {
  return message(textField(1, name), textField(2, value));
}

function digestMessage({ digest, sizeBytes }: DirectoryDigest): Uint8Array {
  return message(textField(1, hexOf(digest)), sizeField(2, sizeBytes));
}
