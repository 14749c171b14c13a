/**
 * Protobuf messages as the Remote Execution API wants them to be digested: fields in the order of their numbers, none
 * with its default value. The library that others make messages with takes longer to load than a command may take in
 * all; the tests hold these to it, byte for byte.
 */
type Bytes = Uint8Array;

/** The wire types of the encoding (protobuf.dev, "Encoding", Message Structure). */
const wire = { varint: 0, bytes: 2 } as const;

/** Of fields as they follow each other. */
export function message(...fields: readonly Bytes[]): Bytes {
  return Buffer.concat(fields);
}

export function textField(number: number, value: string): Bytes {
  return bytesField(number, Buffer.from(value));
}

export function bytesField(number: number, value: Bytes): Bytes {
  return value.byteLength === 0 ? empty : member(number, value);
}

export function boolField(number: number, value: boolean): Bytes {
  return value ? message(tag(number, wire.varint), varint(1)) : empty;
}

/** Up to 2^53 - 1, and not negative. */
export function sizeField(number: number, value: number): Bytes {
  return value === 0 ? empty : message(tag(number, wire.varint), varint(value));
}

/** A message in a field; one without fields is there too. */
export function messageField(number: number, value: Bytes | undefined): Bytes {
  return value === undefined ? empty : member(number, value);
}

/** A repeated field: empty texts and messages are there too. */
export function textFields(number: number, values: readonly string[]): Bytes {
  return message(...values.map((value) => member(number, Buffer.from(value))));
}

export function messageFields(number: number, values: readonly Bytes[]): Bytes {
  return message(...values.map((value) => member(number, value)));
}

const empty = new Uint8Array(0);

function member(number: number, value: Bytes): Bytes {
  return message(tag(number, wire.bytes), varint(value.byteLength), value);
}

function tag(number: number, type: number): Bytes {
  return varint(number * 8 + type);
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
