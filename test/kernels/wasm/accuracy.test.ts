import {readFileSync} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {FUNCTIONS} from '../../../scripts/accuracy/functions.js';
import {sweep} from '../../../scripts/accuracy/sweep.js';

const COARSENESS = 16;

describe('the vector functions', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test.each(FUNCTIONS.map(measured => [measured.name, measured] as const))(
    '%s is within its bar',
    (_, measured) => {
      const {points, ulp, absolute} = sweep(measured, COARSENESS);
      expect(points).toBeGreaterThan(50_000);
      expect(ulp.error).toBeLessThanOrEqual(measured.bar);
      if (measured.nearZero) expect(absolute!.error).toBeLessThanOrEqual(measured.nearZero.bar);
    },
  );

  test('stand in docs/accuracy.md, each in a row of its own', () => {
    const document = readFileSync(path.join(__dirname, '../../../docs/accuracy.md'), 'utf8');
    const rows = document.split('\n').filter(line => line.startsWith('| `'));
    expect(rows.map(row => row.split('`')[1])).toEqual(FUNCTIONS.map(({name}) => name));
  });
});
