import {summaryRecord, versionRecord} from '../../src/monitor/reporters/tensorboard/index.js';
import {crc32c} from '../../src/monitor/reporters/tensorboard/record.js';
import {whole} from '../../src/monitor/reporters/tensorboard/message.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The check value of the catalogue of CRCs, and the examples of RFC 3720, B.4. */
test.each([
  ['123456789', utf8('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(255), 0x62a8ab43],
  ['32 bytes that count up', Uint8Array.from({length: 32}, (_, index) => index), 0x46dd794e],
])('the CRC-32C of %s', (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

test.each([
  [0, '0800'],
  [127, '087f'],
  [150, '089601'],
  [2 ** 32, '088080808010'],
  [2 ** 53 - 1, '08ffffffffffffff0f'],
])('the whole number %d as a field', (value, expected) => {
  expect(hex(whole(1, value))).toBe(expected);
});

test('a file begins with its version', () => {
  const record = versionRecord(new Date(1e12));
  const seconds = '0000000065cdcd41';
  expect(hex(record.subarray(0, 8))).toBe('1800000000000000');
  expect(hex(record.subarray(12, -4))).toBe(`09${seconds}1a0d${hex(utf8('brain.Event:2'))}`);
});

test('a scalar is a float under its tag', () => {
  const record = summaryRecord(new Date(0), 300, [{kind: 'scalar', tag: 'a/b', value: 0.5}]);
  const value = `0a03${hex(utf8('a/b'))}150000003f`;
  expect(hex(record.subarray(12, -4))).toBe(`09${'00'.repeat(8)}10ac022a0c0a0a${value}`);
});
