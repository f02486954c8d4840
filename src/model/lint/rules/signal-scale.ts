import {isMultiplied, short} from '../chains.js';
import {scaleInputs} from '../../../monitor/fixes.js';
import {startAtScale} from '../fixes.js';
import type {Fix} from '../fixes.js';
import type {LintProblem, LintRule, LintedModel} from '../types.js';

/** Signals that grow or shrink this many times are told; inputs whose spread is above this, too. */
const MOST = 100;
const LARGE_INPUTS = 20;

/** What a sample becomes on its way through the layers. */
export const signalScaleRule: LintRule = {
  id: 'signal-scale',
  description:
    'Inputs that are not scaled, or signals that vanish or explode on their way (with a sample)',
  why:
    'Initializers keep the size of signals for inputs of about variance 1; what comes in much larger, ' +
    'vanishes or explodes saturates activations, and gradients do as the signals.',
  reference:
    'LeCun et al., 1998, Efficient BackProp, https://link.springer.com/chapter/10.1007/3-540-49430-8_2; Mishkin & Matas, 2016, https://arxiv.org/abs/1511.06422',
  check: model => [...checkInputs(model), ...checkLayers(model)],
};

function checkInputs({inputs}: LintedModel): LintProblem[] {
  return inputs.flatMap(({name, std, after}): LintProblem[] => {
    if (std === null || std <= LARGE_INPUTS || !isMultiplied({after})) return [];
    const isFinite = Number.isFinite(std);
    return [
      {
        severity: isFinite ? 'warning' : 'error',
        layer: name,
        message: `the inputs have a standard deviation of ${short(std)}; about 1 is usual`,
        evidence: {std: isFinite ? std : String(std)},
        fixes: [scaleInputs],
      },
    ];
  });
}

function checkLayers({spreads, layers}: LintedModel): LintProblem[] {
  if (!spreads) return [];
  const byName = new Map(layers.map(layer => [layer.name, layer]));
  const judged = new Set(
    layers
      .filter(
        ({role, isOutput, kernel}) => role === 'kernel' && !isOutput && kernel?.uniformValue !== 0,
      )
      .map(({name}) => name),
  );
  const found = spreads.filter(({name}) => judged.has(name));
  const broken = spreads.find(({std}) => !Number.isFinite(std));
  const fixesFor = (name: string): Fix[] => {
    const layer = byName.get(name);
    return layer?.role === 'kernel' ? [startAtScale(layer), scaleInputs] : [scaleInputs];
  };
  if (broken) {
    return [
      {
        severity: 'error',
        layer: broken.name,
        message: 'it gives numbers that are not finite',
        evidence: {std: String(broken.std)},
        fixes: fixesFor(broken.name),
      },
    ];
  }
  const [first] = found;
  const off = found.find(({std}) => std > MOST * first.std || std < first.std / MOST);
  if (!off) return [];
  const isSmall = off.std < first.std;
  return [
    {
      severity: 'warning',
      layer: off.name,
      message: `signals ${isSmall ? 'shrink' : 'grow'} from a standard deviation of ${short(first.std)} in ${first.name} to ${short(off.std)} here`,
      evidence: {spreads: Object.fromEntries(found.map(({name, std}) => [name, std]))},
      fixes: fixesFor(off.name),
    },
  ];
}
