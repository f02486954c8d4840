import {kernelTarget} from '../../src/index.js';
import {COMPARISONS, OPERATIONS} from '../../src/formula/index.js';
import type {Operation} from '../../src/formula/index.js';
import {ASPECTS, faultsOf, members} from './conformance.js';
import {NATIVE, fault} from './quality.js';
import {measureSweep, sweepOf} from './sweep.js';

/** Tests every node and every activation on the current backend, which the given target must serve. */
export function testConformance(target: string): void {
  test(`the target is ${target}`, () => {
    expect(kernelTarget()).toBe(target);
    for (const activation of members) expect(kernelTarget(activation)).toBe(target);
  });

  test.each([...(Object.keys(OPERATIONS) as Operation[]), ...COMPARISONS])('%s', async name => {
    const sweep = sweepOf(name);
    const rows = await measureSweep(sweep);
    const faults = sweep.others.flatMap((a, row) =>
      sweep.points.map((x, index) => fault(rows[row][index], sweep.expression, {x, a}, NATIVE)),
    );
    expect(faults.filter(Boolean).slice(0, 5)).toEqual([]);
  });

  describe.each(members.map(activation => [activation.name, activation] as const))(
    '%s',
    (_, activation) => {
      test.each(ASPECTS)('%s', async aspect => {
        expect(await faultsOf(activation, aspect)).toEqual([]);
      });
    },
  );
}
