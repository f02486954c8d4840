/** Something that can be run again and again. */
export interface Contestant {
  readonly key: string;
  run(): void;
}

/** Milliseconds for one run, a sample for each round. */
export type Samples = ReadonlyMap<string, readonly number[]>;

export interface Effort {
  /** How long to go on. */
  readonly seconds: number;
  readonly fewestRounds: number;
  readonly mostRounds: number;
}

/** A sample is the mean of as many runs as last this long: the clock is too coarse for one. */
const SAMPLE_MILLISECONDS = 2;

/** Runs before the first sample: enough for V8 to have optimized JavaScript and WebAssembly. */
const WARM_UP_MILLISECONDS = 60;
const FEWEST_WARM_UP_RUNS = 3;
const MOST_WARM_UP_RUNS = 200;

/** Milliseconds for one of `count` runs. */
function timeOf({run}: Contestant, count: number): number {
  const begin = performance.now();
  for (let index = 0; index < count; index++) run();
  return (performance.now() - begin) / count;
}

/** Returns how many runs make up a sample. */
function warmUp(contestant: Contestant): number {
  const begin = performance.now();
  const times: number[] = [];
  while (
    times.length < FEWEST_WARM_UP_RUNS ||
    (times.length < MOST_WARM_UP_RUNS && performance.now() - begin < WARM_UP_MILLISECONDS)
  ) {
    times.push(timeOf(contestant, 1));
  }
  return Math.ceil(SAMPLE_MILLISECONDS / Math.min(...times));
}

/**
 * Runs all contestants in turn, in each round in another order, so that no one always runs after the
 * same other: what that one leaves in caches or to the garbage collector would be counted for it.
 */
export function race(
  contestants: readonly Contestant[],
  {seconds, fewestRounds, mostRounds}: Effort,
): Samples {
  const counts = new Map(contestants.map(contestant => [contestant, warmUp(contestant)]));
  const samples = new Map<string, number[]>(contestants.map(({key}) => [key, []]));
  const random = randomNumbers();
  const end = performance.now() + seconds * 1000;
  for (let round = -1; round < mostRounds; round++) {
    if (round >= fewestRounds && performance.now() > end) break;
    for (const contestant of shuffled(contestants, random)) {
      const time = timeOf(contestant, counts.get(contestant)!);
      if (round >= 0) samples.get(contestant.key)!.push(time);
    }
  }
  return samples;
}

/** The same numbers in every run of the program. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other], result[index]];
  }
  return result;
}
