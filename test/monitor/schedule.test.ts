import {Schedule} from '../../src/monitor/schedule.js';

/** A schedule on a clock of its own; `pass` takes 100 ms, and `cost` more where it is watched. */
function scheduled(every: 'auto' | number, budget = 0.01) {
  let clock = 0;
  let lingering = 0;
  const schedule = new Schedule(every, budget, () => clock);
  const watch = (milliseconds: number): void => {
    schedule.time(() => {
      clock += milliseconds;
    });
  };
  const pass = (hasEnough: boolean, cost = 10): boolean => {
    schedule.beginPass();
    const {isWatching} = schedule;
    clock += 100;
    if (isWatching) {
      watch(cost);
      clock += lingering;
    }
    schedule.endPass(hasEnough);
    return isWatching;
  };
  return {
    schedule,
    pass,
    watch,
    wait: (milliseconds: number) => (clock += milliseconds),
    /** From now on watched passes take so much longer, which nobody accounts for. */
    linger: (milliseconds: number) => (lingering = milliseconds),
  };
}

const watchedOf = (passes: number, pass: () => boolean): number[] =>
  Array.from({length: passes}, pass).flatMap((isWatched, index) => (isWatched ? [index] : []));

test('a number is exact', () => {
  const {pass} = scheduled(3);
  expect(watchedOf(8, () => pass(true))).toEqual([0, 3, 6]);
});

test("'auto' watches every pass until there is enough, then as the budget allows", () => {
  const {schedule, pass} = scheduled('auto');
  expect(watchedOf(5, () => pass(false))).toEqual([0, 1, 2, 3, 4]);
  expect(pass(true)).toBe(true);
  // 10 ms of watching for each 100 ms: a 1 % budget pays for every tenth pass, made odd.
  expect(schedule.spacing).toBe(11);
  expect(watchedOf(23, () => pass(true))).toEqual([10, 21]);
});

test.each([
  [0.5, 1],
  [0.1, 1],
  [0.04, 3],
  [0.02, 5],
  [0.001, 101],
  [0.00001, 999],
])("a budget of %d gives 'auto' a spacing of %d", (budget, spacing) => {
  const {schedule, pass} = scheduled('auto', budget);
  pass(true);
  expect(schedule.spacing).toBe(spacing);
});

test('the spacing follows the cost', () => {
  const {schedule, pass} = scheduled('auto', 0.1);
  pass(true, 30);
  expect(schedule.spacing).toBe(3);
  for (let index = 0; index < 100; index++) pass(true, 5);
  expect(schedule.spacing).toBe(1);
});

test('work between passes is paid from the same budget, of which half stays for passes', () => {
  const {schedule, pass, watch} = scheduled('auto', 0.1);
  pass(false);
  watch(10);
  pass(true);
  expect(schedule.spacing).toBe(3);
  watch(1000);
  for (let index = 0; index < 3; index++) pass(true);
  expect(schedule.spacing).toBe(3);
});

test('what a watched pass takes longer than others counts, whatever is accounted for', () => {
  const {schedule, pass, linger} = scheduled('auto', 0.05);
  pass(true);
  expect(schedule.spacing).toBe(3);
  linger(30);
  for (let index = 0; index < 99; index++) pass(true);
  expect(schedule.spacing).toBe(9);
});

test('a pass that is held up by something else changes nothing', () => {
  const {schedule, pass, wait} = scheduled('auto', 0.02);
  for (let index = 0; index < 20; index++) pass(true);
  const {spacing} = schedule;
  schedule.beginPass();
  wait(10_000);
  schedule.endPass(true);
  for (let index = 0; index < 20; index++) pass(true);
  expect(schedule.spacing).toBe(spacing);
});

test('what comes after the work of a pass is no part of it, but for watching', () => {
  const {schedule, watch, wait} = scheduled(1);
  schedule.beginPass();
  wait(100);
  schedule.endWork();
  wait(5000);
  watch(10);
  schedule.endPass(true);
  expect(schedule.share).toBeCloseTo(10 / 100);
});

test('what is timed within what is timed counts once', async () => {
  const {schedule, watch, wait} = scheduled(1);
  schedule.beginPass();
  wait(100);
  schedule.time(() => watch(10));
  await schedule.timeAsync(async () => {
    watch(10);
    await schedule.timeAsync(async () => watch(10));
  });
  schedule.endPass(true);
  expect(schedule.share).toBeCloseTo(30 / 100);
});

test('its share is of the time of the passes without it', async () => {
  const {schedule, pass, watch, wait} = scheduled(1);
  expect(schedule.share).toBe(0);
  pass(true);
  watch(10);
  await schedule.timeAsync(async () => {
    wait(30);
  });
  expect(schedule.share).toBeCloseTo(50 / 100);
  wait(1000);
  expect(schedule.share).toBeCloseTo(50 / 100);
});
