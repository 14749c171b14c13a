import { describe, expect, it } from "vitest";
import { decodeBuildStatus, openBuildLog } from "./build-trace.ts";

/** A field of the protocol buffers wire format with a length. */
function field(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

const started = field(5, "");
const step = (digest: string, name: string, ...rest: readonly Buffer[]): Buffer =>
  field(1, Buffer.concat([field(1, digest), field(3, name), ...rest]));
const output = (text: string): Buffer => field(3, Buffer.concat([field(1, "a"), field(4, text)]));

function decode(...parts: readonly Buffer[]) {
  return decodeBuildStatus(Buffer.concat(parts).toString("base64"));
}

describe("decodeBuildStatus", () => {
  it("reads steps and what they wrote", () => {
    expect(decode(step("a", "RUN x", started, field(7, "boom")), output("hello\n"))).toEqual({
      steps: [{ digest: "a", name: "RUN x", state: "failed", error: "boom" }],
      output: [{ step: "a", text: "hello\n" }],
    });
  });

  it("answers nothing to what is not the message", () => {
    expect(decodeBuildStatus(Buffer.from([0x0a, 0x7f, 1]).toString("base64"))).toBeUndefined();
    expect(decodeBuildStatus(Buffer.from([0x0f]).toString("base64"))).toBeUndefined();
  });
});

describe("openBuildLog", () => {
  it("says each step once, its output and its error", () => {
    const say = openBuildLog();
    const lines = [
      decode(step("a", "RUN x")),
      decode(step("a", "RUN x", started)),
      decode(step("a", "RUN x", started), output("one\ntwo\n")),
      decode(step("a", "RUN x", started, field(7, "boom"))),
      decode(step("b", "COPY y", Buffer.from([0x20, 1]), started)),
    ].flatMap((status) => (status === undefined ? [] : say(status)));
    expect(lines).toEqual([
      "=> RUN x",
      "one",
      "two",
      "=> RUN x: boom",
      "=> COPY y",
      "=> COPY y: cached",
    ]);
  });
});
