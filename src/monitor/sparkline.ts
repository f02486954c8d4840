const BLOCKS = '▁▂▃▄▅▆▇█';

/**
 * Counts as blocks of text as high as they are large, from the first that is not 0 to the last; where
 * nothing was counted there is a gap. Past `width` blocks, neighbours are drawn as one.
 */
export function sparkline(counts: readonly number[], width: number): string {
  const isFilled = counts.map(count => count > 0);
  const occupied = counts.slice(isFilled.indexOf(true), isFilled.lastIndexOf(true) + 1);
  const columns = Array<number>(Math.min(width, occupied.length)).fill(0);
  occupied.forEach((count, index) => {
    columns[Math.floor((index * columns.length) / occupied.length)] += count;
  });
  const highest = Math.max(...columns);
  return columns.map(count => (count > 0 ? blockOf(count / highest) : ' ')).join('');
}

/** Of a height above 0 and at most 1. */
function blockOf(height: number): string {
  return BLOCKS[Math.ceil(height * BLOCKS.length) - 1];
}
