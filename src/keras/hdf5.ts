import type {WeightValues} from './weight-paths.js';

/** Where nothing is. */
const UNDEFINED = 0xffffffffffffffffn;

/** The types of the messages of which an object header consists. */
const MESSAGE = {dataspace: 1, linkInfo: 2, datatype: 3, link: 6, layout: 8, groupInfo: 10};

const SUPERBLOCK_BYTES = 96;

/** A group: what it holds, by name. */
class Group extends Map<string, Group | WeightValues> {}

/**
 * An HDF5 file of float32 arrays, by their paths `group/…/name`: what Keras reads as `.weights.h5`.
 *
 * The smallest part of the format that does: groups list their members in their headers, arrays lie in one
 * piece. https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html
 */
export function hdf5File(arrays: ReadonlyMap<string, WeightValues>): Uint8Array {
  const root = new Group();
  for (const [path, values] of arrays) place(root, path.split('/'), values);
  const file = new Writer();
  file.skip(SUPERBLOCK_BYTES);
  const rootAddress = writeGroup(file, root);
  return withSuperblock(file.bytes(), rootAddress);
}

function place(group: Group, [name, ...rest]: readonly string[], values: WeightValues): void {
  if (rest.length === 0) {
    group.set(name, values);
    return;
  }
  if (!group.has(name)) group.set(name, new Group());
  place(group.get(name) as Group, rest, values);
}

/** Writes what is in the group, then the group, and returns its address. */
function writeGroup(file: Writer, group: Group): bigint {
  const links = [...group].map(([name, member]) => {
    const address = member instanceof Group ? writeGroup(file, member) : writeArray(file, member);
    const text = new TextEncoder().encode(name);
    const link = new Writer().u8(1).u8(0).u8(text.length).put(text).u64(address);
    return messageOf(MESSAGE.link, link);
  });
  const linkInfo = new Writer().u8(0).u8(0).u64(UNDEFINED).u64(UNDEFINED);
  const groupInfo = new Writer().u8(0).u8(0);
  return writeHeader(file, [
    messageOf(MESSAGE.linkInfo, linkInfo),
    messageOf(MESSAGE.groupInfo, groupInfo),
    ...links,
  ]);
}

/** Writes the values, then what they are, and returns the address of the latter. */
function writeArray(file: Writer, {shape, values}: WeightValues): bigint {
  const address = values.length > 0 ? file.length : UNDEFINED;
  // Little-endian, as every machine that runs JavaScript is.
  file.put(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const dataspace = new Writer().u8(1).u8(shape.length).u8(0).skip(5);
  for (const size of shape) dataspace.u64(BigInt(size));
  // IEEE float32: sign at bit 31, 8 bits of exponent from 23, 23 of mantissa from 0, bias 127.
  const datatype = new Writer().u8(0x11).u8(0x20).u8(31).u8(0).u32(4);
  datatype.u16(0).u16(32).u8(23).u8(8).u8(0).u8(23).u32(127);
  const layout = new Writer()
    .u8(3)
    .u8(1)
    .u64(address)
    .u64(BigInt(4 * values.length));
  file.align();
  return writeHeader(file, [
    messageOf(MESSAGE.dataspace, dataspace),
    messageOf(MESSAGE.datatype, datatype),
    messageOf(MESSAGE.layout, layout),
  ]);
}

function messageOf(type: number, content: Writer): Uint8Array {
  const data = content.align().bytes();
  return new Writer().u16(type).u16(data.length).u8(0).skip(3).put(data).bytes();
}

function writeHeader(file: Writer, messages: readonly Uint8Array[]): bigint {
  const address = file.length;
  const size = messages.reduce((total, message) => total + message.length, 0);
  file.u8(1).u8(0).u16(messages.length).u32(1).u32(size).align();
  for (const message of messages) file.put(message);
  return address;
}

function withSuperblock(bytes: Uint8Array, rootAddress: bigint): Uint8Array {
  const start = new Writer().put(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a));
  // Versions, the sizes of addresses and lengths, and of nodes of trees that are not used.
  start.u32(0).u8(0).u8(8).u8(8).u8(0).u16(4).u16(16).u32(0);
  start.u64(0n).u64(UNDEFINED).u64(BigInt(bytes.length)).u64(UNDEFINED);
  start.u64(0n).u64(rootAddress);
  bytes.set(start.bytes());
  return bytes;
}

/** Bytes that grow at their end, little-endian. */
class Writer {
  private view = new DataView(new ArrayBuffer(64));
  private position = 0;

  get length(): bigint {
    return BigInt(this.position);
  }

  u8(value: number): this {
    const start = this.advance(1);
    this.view.setUint8(start, value);
    return this;
  }

  u16(value: number): this {
    const start = this.advance(2);
    this.view.setUint16(start, value, true);
    return this;
  }

  u32(value: number): this {
    const start = this.advance(4);
    this.view.setUint32(start, value, true);
    return this;
  }

  u64(value: bigint): this {
    const start = this.advance(8);
    this.view.setBigUint64(start, value, true);
    return this;
  }

  put(bytes: Uint8Array): this {
    const start = this.advance(bytes.length);
    new Uint8Array(this.view.buffer).set(bytes, start);
    return this;
  }

  skip(bytes: number): this {
    this.advance(bytes);
    return this;
  }

  /** Goes on at the next multiple of eight. */
  align(): this {
    return this.skip((8 - (this.position % 8)) % 8);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, 0, this.position);
  }

  private advance(bytes: number): number {
    const start = this.position;
    this.position += bytes;
    if (this.position > this.view.byteLength) {
      const larger = new Uint8Array(Math.max(this.position, 2 * this.view.byteLength));
      larger.set(new Uint8Array(this.view.buffer));
      this.view = new DataView(larger.buffer);
    }
    return start;
  }
}
