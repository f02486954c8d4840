/** A median and the interval that covers the true one with 95 % confidence, whatever the distribution. */
export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * By order statistics: as many samples lie below the true median as heads fall in as many throws of a coin.
 * @throws if there are fewer than 6 samples: then no interval covers it with 95 %.
 */
export function medianInterval(samples: readonly number[]): MedianInterval {
  const count = samples.length;
  if (count < 6) throw new Error(`medianInterval: got ${count} samples; 6 or more are accepted`);
  const sorted = [...samples].sort((a, b) => a - b);
  // The most samples that may be cut off at each end with a probability of at most 2.5 %.
  let cut = -1;
  let [term, below] = [0.5 ** count, 0];
  while (below + term <= 0.025) {
    below += term;
    cut++;
    term *= (count - cut) / (cut + 1);
  }
  const middle = (count - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2,
    low: sorted[cut],
    high: sorted[count - 1 - cut],
  };
}
