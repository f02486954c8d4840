import {normalizeBeforeActivation, scaleInputs, startAtScale} from '../fixes.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {isOutput, rootMeanSquare} from '../units.js';
import {defineRule} from './define-rule.js';

/** A standing finding goes only once the scale is clearly better. */
const SLACK = 1.25;

/**
 * Scale: the spread of what goes into an activation. Healthy networks have about 1, and learn well from
 * 0.01 up to 10 or so (TheDeepChecker's 0.5 … 2 would call most of them ill); at 50 and above, inputs
 * were not scaled or kernels started too large. Where it is small at the start, as behind an embedding,
 * training may yet raise it: that is told of a later window. Told of the first such layer, which the
 * others follow; the outputs of a model have the scale of the task.
 */
export const activationScaleRule = defineRule({
  id: 'activation-scale',
  description: 'Pre-activations whose spread is far too large or too small',
  link: 'https://arxiv.org/abs/2204.00694',
  options: {
    largest: {default: 50, description: 'Standard deviation of the inputs of an activation, above'},
    smallest: {default: 5e-3, description: 'The same, below'},
  },
  check({snapshot, options, isStanding}) {
    const hidden = snapshot.layers.filter(
      layer => layer.input !== null && layer.slope !== null && !isOutput(layer, snapshot),
    );
    const found = hidden.filter(layer => {
      const slack = isStanding(layer.name) ? SLACK : 1;
      const spread = spreadOf(layer);
      const isSmall = spread > 0 && spread < options.smallest * slack && layer.fromStep > 0;
      return spread > options.largest / slack || isSmall;
    });
    if (found.length === 0) return [];
    const [layer, ...others] = found;
    const spread = spreadOf(layer);
    const isFirst = layer === snapshot.layers[0];
    const fixes = [normalizeBeforeActivation(layer), startAtScale(layer)];
    return [
      {
        severity: 'warning',
        layer: layer.name,
        message:
          `what goes into its activation has a standard deviation of ${spread.toPrecision(2)}; ` +
          `about 1 is usual`,
        evidence: {
          std: spread,
          range: rangeOf(layer),
          alsoIn: others.map(({name}) => name),
        },
        fixes: isFirst ? [scaleInputs, ...fixes] : [...fixes, scaleInputs],
      },
    ];
  },
});

function spreadOf({input}: LayerSnapshot): number {
  return rootMeanSquare(input!.std.filter(Number.isFinite));
}

function rangeOf({input}: Snapshot['layers'][number]): [number, number] {
  return [Math.min(...input!.min), Math.max(...input!.max)];
}
