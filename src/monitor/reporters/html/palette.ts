/** The colours of one scheme, as `#rrggbb`. */
export interface Palette {
  readonly page: string;
  /** Of cards and charts. */
  readonly surface: string;
  /** Of code, and behind a table's head. */
  readonly inset: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly second: string;
  readonly error: string;
  readonly warning: string;
  readonly info: string;
  readonly ok: string;
  /** Hatches what is dead. */
  readonly dead: string;
  /** Of heat maps, from 0 to 1: the lightness runs one way, so that it needs no colour vision. */
  readonly ramp: readonly string[];
}

export const LIGHT: Palette = {
  page: '#f5f6f8',
  surface: '#ffffff',
  inset: '#f1f3f6',
  text: '#18202c',
  muted: '#566072',
  line: '#dde2e9',
  accent: '#1c5d99',
  second: '#b04a00',
  error: '#b3261e',
  warning: '#8a5200',
  info: '#1c5d99',
  ok: '#1a6b48',
  dead: '#b3261e',
  ramp: ['#f3f1e7', '#c3e0cb', '#7cc3b4', '#3d98a4', '#2a6a8f', '#2c3f73', '#251d4d'],
};

export const DARK: Palette = {
  page: '#11141a',
  surface: '#191e27',
  inset: '#222935',
  text: '#e7eaf0',
  muted: '#a4aebd',
  line: '#313a48',
  accent: '#7dbcf0',
  second: '#f0a366',
  error: '#ff9d92',
  warning: '#eebb62',
  info: '#7dbcf0',
  ok: '#7bd4a9',
  dead: '#ff9d92',
  ramp: ['#222837', '#2b3a6b', '#2a5f8f', '#2f8a9c', '#5cb7a4', '#a9dcb4', '#f1f4d8'],
};

/** How many steps a heat map tells apart. */
export const LEVELS = 16;

/** A ramp drawn out to `LEVELS` colours. */
export function levelsOf({ramp}: Palette): string[] {
  return Array.from({length: LEVELS}, (_, level) => {
    const place = (level / (LEVELS - 1)) * (ramp.length - 1);
    const below = Math.min(Math.floor(place), ramp.length - 2);
    return mix(ramp[below], ramp[below + 1], place - below);
  });
}

/** The level of a share from 0 to 1. */
export function levelOf(share: number): number {
  return Math.max(0, Math.min(LEVELS - 1, Math.floor(share * LEVELS)));
}

function mix(from: string, to: string, share: number): string {
  const ends = channelsOf(to);
  const mixed = channelsOf(from).map((start, index) => start + (ends[index] - start) * share);
  return `#${mixed.map(each => Math.round(each).toString(16).padStart(2, '0')).join('')}`;
}

/** Red, green and blue from 0 to 255. */
export function channelsOf(colour: string): number[] {
  return [1, 3, 5].map(start => parseInt(colour.slice(start, start + 2), 16));
}
