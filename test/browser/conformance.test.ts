import {COMPARISONS, OPERATIONS} from '../../src/formula/index.js';
import type {Operation} from '../../src/formula/index.js';
import {ASPECTS, expectationsOf, members, weightsOf} from '../helpers/conformance.js';
import {GRID, fault} from '../helpers/quality.js';
import {sweepOf} from '../helpers/sweep.js';
import {BACKENDS, WASM, openBackend} from './backends.js';
import type {BackendPage} from './backends.js';
import {describeInChromium, startChromium} from './chromium.js';
import type {Chromium} from './chromium.js';

describeInChromium('in Chromium', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(() => chromium?.close());

  describe.each([...BACKENDS, WASM])('on $title', backend => {
    let page: BackendPage;
    beforeAll(async () => {
      page = await openBackend(chromium, backend);
    });
    afterAll(() => page.page.close());
    afterEach(() => expect(page.logs).toEqual([]));

    test.each([...(Object.keys(OPERATIONS) as Operation[]), ...COMPARISONS])('%s', async name => {
      const {bound, round} = page;
      const sweep = sweepOf(name, round);
      const rows = await page.run('sweep', name);
      const faults = sweep.others.flatMap((a, row) =>
        sweep.points.map((x, index) => fault(rows[row][index], sweep.expression, {x, a}, bound)),
      );
      expect(faults.filter(Boolean).slice(0, 5)).toEqual([]);
    });

    describe.each(members.map(activation => [activation.name, activation] as const))(
      '%s',
      (name, activation) => {
        test.each(ASPECTS)('%s', async aspect => {
          const {round} = page;
          const bound = aspect === 'value' ? page.bound : page.slopeBound;
          const weights = weightsOf(activation, round);
          const rows = await page.run('conformance', name, aspect);
          const expectations = expectationsOf(activation, aspect);
          expect(rows.length).toBe(expectations.length);
          const faults = expectations.flatMap((expression, row) =>
            GRID.map(round).map((x, index) =>
              fault(rows[row][index], expression, {...weights, x}, bound),
            ),
          );
          expect(faults.filter(Boolean)).toEqual([]);
        });
      },
    );
  });
});
