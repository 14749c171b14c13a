/** The part of BuildKit's `moby.buildkit.v1.StatusResponse` that people read. Field numbers: control.proto. */
export type BuildStatus = {
  readonly steps: readonly BuildStep[];
  readonly output: readonly { readonly step: string; readonly text: string }[];
};

export type BuildStep = {
  readonly digest: string;
  readonly name: string;
  readonly state: "waiting" | "running" | "cached" | "done" | "failed";
  readonly error: string | undefined;
};

type Field = { readonly number: number; readonly value: bigint | Uint8Array };

/** Decodes the `aux` of a `moby.buildkit.trace` event. `undefined`: not the message we know. */
export function decodeBuildStatus(base64: string): BuildStatus | undefined {
  try {
    const fields = [...fieldsOf(Buffer.from(base64, "base64"))];
    return {
      steps: messages(fields, 1).map(stepOf),
      output: messages(fields, 3).map((log) => ({ step: text(log, 1), text: text(log, 4) })),
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Lines for a log: a step when it starts, its output under it, its error. Says each thing once. */
export function openBuildLog(): (status: BuildStatus) => readonly string[] {
  const said = new Set<string>();
  const isNews = (line: string): boolean => !said.has(line) && said.add(line).has(line);
  return ({ steps, output }) => [
    ...steps
      .filter(({ state }) => state !== "waiting")
      .flatMap((step) => headlinesOf(step).filter((line) => isNews(`${step.digest} ${line}`))),
    ...output.flatMap((log) => log.text.replace(/\n$/, "").split("\n")),
  ];
}

function headlinesOf(step: BuildStep): readonly string[] {
  return [
    `=> ${step.name}`,
    ...(step.state === "cached" ? [`=> ${step.name}: cached`] : []),
    ...(step.error === undefined ? [] : [`=> ${step.name}: ${step.error}`]),
  ];
}

function stepOf(vertex: readonly Field[]): BuildStep {
  const error = text(vertex, 7);
  return {
    digest: text(vertex, 1),
    name: text(vertex, 3),
    state: stateOf(vertex, error),
    error: error === "" ? undefined : error,
  };
}

function stateOf(vertex: readonly Field[], error: string): BuildStep["state"] {
  const has = (number: number): boolean => vertex.some((field) => field.number === number);
  if (error !== "") return "failed";
  if (has(4)) return "cached";
  if (has(6)) return "done";
  return has(5) ? "running" : "waiting";
}

function messages(fields: readonly Field[], number: number): readonly (readonly Field[])[] {
  return fields.flatMap((field) =>
    field.number === number && typeof field.value !== "bigint" ? [[...fieldsOf(field.value)]] : [],
  );
}

function text(fields: readonly Field[], number: number): string {
  const value = fields.findLast((field) => field.number === number)?.value;
  return value === undefined || typeof value === "bigint"
    ? ""
    : Buffer.from(value).toString("utf8");
}

/** The protocol buffers wire format: a tag is `number << 3 | type`; types 0 varint, 1 and 5 fixed, 2 with a length. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let offset = 0;
  const varint = (): bigint => {
    const start = offset;
    let value = 0n;
    for (;;) {
      const byte = bytes[offset];
      if (byte === undefined || offset - start > 9) throw new RangeError("varint");
      value |= BigInt(byte & 0x7f) << BigInt(7 * (offset - start));
      offset += 1;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (offset + length > bytes.length) throw new RangeError("length");
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  while (offset < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: take(8) };
        break;
      case 2:
        yield { number, value: take(Number(varint())) };
        break;
      case 5:
        yield { number, value: take(4) };
        break;
      default:
        throw new RangeError("wire type");
    }
  }
}
