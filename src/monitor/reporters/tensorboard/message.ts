/**
 * Fields of protocol buffers as bytes; a message is its fields one after the other.
 * https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_DELIMITED = 2;
const FOUR_BYTES = 5;

/** A field, or several. */
export type Bytes = Uint8Array;

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Of a whole number from 0 to 2^53. */
function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function field(number: number, wireType: number, content: Bytes): Bytes {
  return concat(varint(number * 8 + wireType), content);
}

export function whole(number: number, value: number): Bytes {
  return field(number, VARINT, varint(value));
}

export function double(number: number, value: number): Bytes {
  return field(number, EIGHT_BYTES, littleEndian([value]));
}

export function float(number: number, value: number): Bytes {
  const content = new Uint8Array(4);
  new DataView(content.buffer).setFloat32(0, value, true);
  return field(number, FOUR_BYTES, content);
}

/** A packed repeated field. */
export function doubles(number: number, values: readonly number[]): Bytes {
  return bytes(number, littleEndian(values));
}

export function text(number: number, value: string): Bytes {
  return bytes(number, new TextEncoder().encode(value));
}

export function message(number: number, ...fields: readonly Bytes[]): Bytes {
  return bytes(number, concat(...fields));
}

function bytes(number: number, content: Bytes): Bytes {
  return field(number, LENGTH_DELIMITED, concat(varint(content.length), content));
}

function littleEndian(values: readonly number[]): Bytes {
  const content = new Uint8Array(8 * values.length);
  const view = new DataView(content.buffer);
  values.forEach((value, index) => view.setFloat64(8 * index, value, true));
  return content;
}
