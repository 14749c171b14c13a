import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ActionSchema, CommandSchema } from "../test/remote-execution_pb.ts";
import { digestOf, hexOf } from "./digest.ts";
import { actionMessage, commandMessage } from "./remote-execution.ts";

const text = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.constant(""));
const pair = fc.record({ name: text, value: text });
const pairs = fc.array(pair, { maxLength: 5 });
const platform = fc.option(pairs, { nil: undefined });
const digest = fc.record({
  digest: fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => digestOf(bytes)),
  sizeBytes: fc.oneof(fc.constant(0), fc.maxSafeNat()),
});

function check(ours: Uint8Array, theirs: Uint8Array): void {
  expect(Buffer.from(ours).toString("hex")).toBe(Buffer.from(theirs).toString("hex"));
}

test("a command is that of the protobuf library, byte for byte", () => {
  const command = fc.record({
    arguments: fc.array(text),
    environmentVariables: pairs,
    outputPaths: fc.array(text),
    platform,
  });
  fc.assert(
    fc.property(command, (fields) => {
      const { platform: properties, ...others } = fields;
      const theirs = create(CommandSchema, {
        ...others,
        ...(properties === undefined ? {} : { platform: { properties } }),
      });
      check(commandMessage(fields), toBinary(CommandSchema, theirs));
    }),
    { numRuns: 300 },
  );
});

test("an action is that of the protobuf library, byte for byte", () => {
  const action = fc.record({
    command: digest,
    inputRoot: digest,
    doNotCache: fc.boolean(),
    salt: fc.uint8Array({ maxLength: 300 }),
    platform,
  });
  const digestMessage = (of: {
    readonly digest: ReturnType<typeof digestOf>;
    sizeBytes: number;
  }) => ({
    hash: hexOf(of.digest),
    sizeBytes: BigInt(of.sizeBytes),
  });
  fc.assert(
    fc.property(action, (fields) => {
      const theirs = create(ActionSchema, {
        commandDigest: digestMessage(fields.command),
        inputRootDigest: digestMessage(fields.inputRoot),
        doNotCache: fields.doNotCache,
        salt: fields.salt,
        ...(fields.platform === undefined ? {} : { platform: { properties: fields.platform } }),
      });
      check(actionMessage(fields), toBinary(ActionSchema, theirs));
    }),
    { numRuns: 300 },
  );
});
