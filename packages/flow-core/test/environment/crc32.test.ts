import fc from 'fast-check';
import { byTable, crc32 } from '../../src/environment/crc32';

test('the check value of CRC-32', () => {
  expect([crc32('123456789'), byTable('123456789')]).toEqual([0xcbf43926, 0xcbf43926]);
});

test('both ways agree, of any bytes, in parts or whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
      const whole = crc32(Buffer.concat([a, b]));
      expect([byTable(b, byTable(a)), crc32(b, crc32(a))]).toEqual([whole, whole]);
    }),
  );
});

test('no bytes change nothing, wherever they lie', () => {
  const nowhere = new Uint8Array(0);
  const somewhere = Buffer.from('abc').subarray(3);
  expect([crc32(nowhere, 7), crc32(somewhere, 7), crc32('', 7)]).toEqual([7, 7, 7]);
});
