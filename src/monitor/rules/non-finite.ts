import {lowerLearningRate, scaleInputs} from '../fixes.js';
import type {Fix} from '../fixes.js';
import {plural, ranges} from '../text.js';
import type {FirstNonFinite, LayerSnapshot, Snapshot} from '../types.js';
import {isOutput} from '../units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

type Phase = FirstNonFinite['phase'];

const SHOWN_UNITS = 8;

const PLACES: Readonly<Record<Phase, string>> = {
  forward: 'in the outputs',
  backward: 'in the gradient on its way back',
  update: 'in a weight after an optimizer step',
  loss: 'in the loss, while all the rest was finite',
};

const findInData: Fix = {
  title: 'Look for NaN and infinity in the inputs and targets',
  code: 'for (const data of [x, y]) tf.logicalNot(tf.isFinite(data)).any().print();',
};

const scaleTargets: Fix = {
  title: 'Where the targets are numbers, scale them, too',
  code:
    'const targets = tf.moments(y, 0);\n' +
    'const scaledTargets = y.sub(targets.mean).div(targets.variance.sqrt().add(1e-6));',
};

/** Whether outputs are passed on as they are, going by their slope: the loss reads numbers, or logits already. */
function hasLinearOutputs(snapshot: Snapshot): boolean {
  return snapshot.layers.some(
    layer => isOutput(layer, snapshot) && (layer.slope?.every(slope => slope === 1) ?? false),
  );
}

function betterLoss(snapshot: Snapshot): Fix {
  return hasLinearOutputs(snapshot) ? scaleTargets : stableLoss(snapshot);
}

function stableLoss({optimizer}: Snapshot): Fix {
  const loss = 'const loss = (truth, logits) => tf.losses.softmaxCrossEntropy(truth, logits);';
  const isOfLoop = optimizer?.isOfModel === false;
  return {
    title: 'Keep log and division away from 0: give the loss logits, not probabilities',
    code: isOfLoop ? loss : `${loss}\nmodel.compile({optimizer: model.optimizer, loss});`,
  };
}

const clipGradients: Fix = {
  title: 'Clip the gradients in a loop of your own',
  code:
    'tf.tidy(() => {\n' +
    '  const {grads} = tf.variableGrads(computeLoss);\n' +
    '  for (const name in grads) grads[name] = grads[name].clipByValue(-1, 1);\n' +
    '  optimizer.applyGradients(grads);\n' +
    '});',
};

const FIXES: Readonly<Record<Phase, (snapshot: Snapshot) => Fix[]>> = {
  forward: snapshot => [
    findInData,
    scaleInputs,
    ...(hasLinearOutputs(snapshot) ? [scaleTargets] : []),
    lowerLearningRate(snapshot),
    clipGradients,
  ],
  backward: snapshot => [
    findInData,
    betterLoss(snapshot),
    lowerLearningRate(snapshot),
    clipGradients,
  ],
  loss: snapshot => [findInData, betterLoss(snapshot), scaleInputs, lowerLearningRate(snapshot)],
  update: snapshot => [lowerLearningRate(snapshot), betterLoss(snapshot), clipGradients],
};

/**
 * NaN or infinity in an output, a gradient or a weight. One finding for a run, in the layer where it
 * was seen first, since everything after it is its consequence.
 */
export const nonFiniteRule = defineRule({
  id: 'non-finite',
  description: 'NaN or infinity, and where it came from',
  link: 'https://arxiv.org/abs/2103.03376',
  check({snapshot}) {
    const broken = brokenLayers(snapshot);
    const origin = snapshot.firstNonFinite?.layer ?? broken[0];
    return origin === undefined ? [] : [describeOrigin(origin, broken, snapshot)];
  },
});

function describeOrigin(origin: string, broken: readonly string[], snapshot: Snapshot): Problem {
  const {firstNonFinite: first} = snapshot;
  const layer = snapshot.layers.find(({name}) => name === origin);
  const count = layer ? total(layer.nonFinite) : 0;
  const gradients = layer ? total(layer.nonFiniteGradients) : 0;
  const weights = layer ? nonFiniteWeights(layer) : [];
  const units = first?.units ?? (layer ? nonFiniteUnits(layer) : []);
  const phase = first?.phase ?? (count > 0 || weights.length > 0 ? 'forward' : 'backward');
  const alsoIn = broken.filter(name => name !== origin);
  const counts = [
    ...(count > 0 ? [`${plural(count, 'output')} so far`] : []),
    ...(weights.length > 0 ? [`the learned ${weights.join(', ')}`] : []),
  ];
  const message = first
    ? `NaN or infinity was first seen ${placeOf(first)}${whenOf(first)}${rangeOf(first)}`
    : `NaN or infinity is in ${counts.join(' and ') || plural(gradients, 'gradient')}`;
  return {
    severity: 'error',
    layer: origin,
    ...(units.length > 0 ? {units} : {}),
    message:
      message + (alsoIn.length > 0 ? `; it is in ${plural(alsoIn.length, 'more place')}` : ''),
    evidence: {count, gradients, weights, alsoIn, ...first},
    fixes: FIXES[phase](snapshot),
  };
}

function placeOf({phase, units}: FirstNonFinite): string {
  return PLACES[phase] + (units.length > 0 ? ` (units ${ranges(units, SHOWN_UNITS)})` : '');
}

function whenOf({epoch, step, lastFiniteStep}: FirstNonFinite): string {
  if (lastFiniteStep < 0)
    return `, in the first step that was watched (epoch ${epoch}, step ${step})`;
  if (lastFiniteStep === step - 1) return `, in epoch ${epoch}, step ${step}`;
  return `, in epoch ${epoch}, after step ${lastFiniteStep} and by step ${step}`;
}

function rangeOf({lastFiniteRange}: FirstNonFinite): string {
  if (!lastFiniteRange) return '';
  const [low, high] = lastFiniteRange.map(value => Number(value.toPrecision(3)));
  return `; until then the outputs were between ${low} and ${high}`;
}

/** The names of all that has or had a number that is not finite, in the order of the model. */
function brokenLayers({layers, weights}: Snapshot): string[] {
  const isBroken = (layer: LayerSnapshot): boolean =>
    total(layer.nonFinite) > 0 ||
    total(layer.nonFiniteGradients) > 0 ||
    nonFiniteWeights(layer).length > 0;
  const ofLayers = layers.filter(isBroken).map(({name}) => name);
  const ofWeights = weights
    .filter(({nonFinite, magnitude}) => nonFinite > 0 || !Number.isFinite(magnitude))
    .map(({layer}) => layer);
  return [...new Set([...ofLayers, ...ofWeights])];
}

function nonFiniteUnits({nonFinite, nonFiniteGradients}: LayerSnapshot): number[] {
  const counts = total(nonFinite) > 0 ? nonFinite : nonFiniteGradients;
  return counts.flatMap((count, unit) => (count > 0 ? [unit] : []));
}

function nonFiniteWeights({weights = {}}: LayerSnapshot): string[] {
  const isBroken = ([, values]: [string, readonly number[]]): boolean =>
    !values.every(Number.isFinite);
  return Object.entries(weights)
    .filter(isBroken)
    .map(([name]) => name);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
