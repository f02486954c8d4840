import {HISTOGRAM_BINS} from './histogram-bins.js';
import {meanOfKnown} from './mean.js';
import {sparkline} from './sparkline.js';
import {percent} from './text.js';
import {ENOUGH_SAMPLES} from './types.js';
import type {LayerReport} from './types.js';

/** What a table of layers shows of each, averaged over its units. */
export interface Column {
  readonly title: string;
  readonly isText?: boolean;
  readonly cell: (layer: LayerReport) => string;
}

export const COLUMNS: readonly Column[] = [
  {title: 'layer', isText: true, cell: ({name}) => name},
  {title: 'activation', isText: true, cell: ({activation}) => activation},
  {title: 'units', cell: ({units}) => String(units)},
  {title: 'samples', cell: ({samples}) => String(samples)},
  {title: 'mean', cell: ({mean}) => average(mean)},
  {title: 'std', cell: ({std}) => average(std)},
  {title: 'zeros', cell: ({zeroShare}) => average(zeroShare, percent)},
  {title: 'slope', cell: ({slope}) => average(slope)},
  {title: 'gradient', cell: ({gradient}) => average(gradient, exponential)},
  {title: 'dead  saturated', cell: verdict},
  {title: 'outputs', isText: true, cell: outputs},
];

/** The training steps that the figures of some layers rest on. */
export function stepsOf(layers: readonly Pick<LayerReport, 'fromStep' | 'toStep'>[]): string {
  const from = Math.min(...layers.map(({fromStep}) => fromStep));
  const to = Math.max(...layers.map(({toStep}) => toStep));
  return from === to ? `step ${from}` : `steps ${from}–${to}`;
}

const NOT_KNOWN = '–';

/** Numbers from here on are shown with an exponent. */
const LARGE = 1e6;

const SPARKLINE_WIDTH = 12;

function average(values: readonly (number | null)[] | null, format = fixed): string {
  const mean = meanOfKnown(values ?? []);
  return Number.isNaN(mean) ? NOT_KNOWN : format(mean);
}

/** Two decimals; of numbers too large for a column an exponent. */
function fixed(value: number): string {
  return Math.abs(value) < LARGE ? value.toFixed(2) : value.toExponential(1);
}

/** 0.00123 is `1.2e-3`. */
function exponential(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

function verdict({slope, samples, dead, saturated}: LayerReport): string {
  if (slope && samples < ENOUGH_SAMPLES) return 'not enough data';
  const [first, second] = slope ? [dead.length, saturated.length] : [NOT_KNOWN, NOT_KNOWN];
  return `${first}  ${String(second).padStart('saturated'.length)}`;
}

/** The finite outputs, from the most negative to the most positive, in powers of two. */
function outputs({histogram}: LayerReport): string {
  const finite = histogram.filter((_, bin) =>
    ['number', 'zero'].includes(HISTOGRAM_BINS[bin].kind),
  );
  return sparkline(finite, SPARKLINE_WIDTH);
}
