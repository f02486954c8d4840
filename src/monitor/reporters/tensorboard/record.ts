/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({length: 256}, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  }
  return remainder;
});

/** CRC-32C of RFC 3720, https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 0xff];
  return ~remainder >>> 0;
}

/** So that the checksum of data that hold checksums says something. */
function maskedCrc32c(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;

/**
 * Data as a record of a TFRecord file: length, checksum of the length, data, checksum of the data.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function recordOf(data: Uint8Array): Uint8Array {
  const start = LENGTH_BYTES + CHECKSUM_BYTES;
  const record = new Uint8Array(start + data.length + CHECKSUM_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, maskedCrc32c(record.subarray(0, LENGTH_BYTES)), true);
  record.set(data, start);
  view.setUint32(start + data.length, maskedCrc32c(data), true);
  return record;
}
