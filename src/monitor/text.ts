/** `1 unit`, `2 units` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share as a percentage of two digits: 0.0021 is `0.21 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** Sorted indices with runs drawn together: `0, 3–5, 9`; past `limit` runs, `… and 12 more`. */
export function ranges(indices: readonly number[], limit = Infinity): string {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs[runs.length - 1];
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  const shown = runs.slice(0, limit);
  const left = runs.slice(limit).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const parts = shown.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return parts.join(', ') + (left > 0 ? `, … and ${left} more` : '');
}

/** Text broken into lines of at most `width` characters, at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
