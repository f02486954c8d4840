import {added, normalizeBeforeActivation} from '../fixes.js';
import type {Fix} from '../fixes.js';
import {kernelsOf} from '../kernels.js';
import {activationCode, layerCode} from '../layer-code.js';
import {percent, plural} from '../text.js';
import {ENOUGH_SAMPLES} from '../types.js';
import type {LayerSnapshot, Snapshot, WeightSnapshot} from '../types.js';
import {meanOf} from '../mean.js';
import {mostSevere} from '../units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

type Options = Record<'outside' | 'outsideWarning' | 'curvature' | 'share', number>;
type Aspect = Omit<Problem, 'layer'>;

/** A weight whose mean step is below this share of its size stands still in float32. */
const STILL = 1e-7;

/** How far from its start a weight may go. */
const NEAR_START = 0.5;

/** A standing finding of inputs outside goes only once clearly fewer are. */
const SLACK = 0.8;

/**
 * The health of learned activations, whatever their formula: inputs beyond the range that their
 * weights were fitted to; curves that have become straight lines (a PReLU whose slope is near 1, a
 * Swish whose β is near 0), which makes a layer linear; weights that do not move while kernels do.
 */
export const learnedParametersRule = defineRule({
  id: 'learned-parameters',
  description:
    'Learned activations that have become linear, stand still, or see inputs out of range',
  link: 'https://arxiv.org/abs/1502.01852',
  options: {
    outside: {default: 0.05, description: 'Share of the inputs beyond the fitted range, above'},
    outsideWarning: {default: 0.25, description: 'The same, from which it is a warning'},
    curvature: {default: 0.02, description: 'Largest distance from a line ÷ range, below'},
    share: {default: 0.5, description: 'Share of units become linear that is a warning, from'},
    warmUp: 25,
  },
  check({snapshot, history, options, isStanding}) {
    return snapshot.layers.flatMap(layer => {
      const {name} = layer;
      const aspects = [
        ...outside(layer, options, isStanding(name)),
        ...linear(layer, history[0], options),
        ...still(layer, snapshot),
      ];
      return aspects.length === 0 ? [] : [join(name, aspects)];
    });
  },
});

function outside(layer: LayerSnapshot, options: Options, isStanding: boolean): Aspect[] {
  if (!layer.outsideShare || layer.samples < ENOUGH_SAMPLES) return [];
  const share = meanOf(layer.outsideShare);
  if (!(share > options.outside * (isStanding ? SLACK : 1))) return [];
  return [
    {
      severity: share >= options.outsideWarning ? 'warning' : 'info',
      message: `${percent(share)} of its inputs are beyond the range that its weights were fitted to`,
      evidence: {outsideShare: share},
      fixes: [normalizeBeforeActivation(layer)],
    },
  ];
}

function linear(layer: LayerSnapshot, first: Snapshot | undefined, options: Options): Aspect[] {
  const {curvature, units} = layer;
  if (!curvature || curvature.length === 0) return [];
  const found = curvature.flatMap((value, unit) => (value < options.curvature ? [unit] : []));
  if (found.length === 0) return [];
  const share = found.length / curvature.length;
  const start = first?.layers.find(({name}) => name === layer.name)?.curvature;
  const isShared = curvature.length === 1;
  return [
    {
      severity: share >= options.share ? 'warning' : 'info',
      ...(isShared ? {} : {units: found}),
      message:
        `the learned curve of ${isShared ? 'all' : found.length} of ${plural(units, 'unit')} is a ` +
        `straight line, to within ${percent(options.curvature)} of its range`,
      evidence: {
        curvature: found.map(unit => curvature[unit]),
        share,
        ...(start ? {curvatureAtStart: found.map(unit => start[unit])} : {}),
      },
      fixes: [
        {
          title: 'If the model is as good as needed, leave the activation out',
          code: added(layerCode(layer)),
        },
        ...keepNearStart(layer),
        {
          title: 'Learn one curve for the layer',
          code: added(activationCode(layer, {sharedAxes: "'all'"})),
        },
      ],
    },
  ];
}

function keepNearStart(layer: LayerSnapshot): Fix[] {
  const starts = Object.entries(layer.startingWeights ?? {});
  if (starts.length === 0) return [];
  const bounds = starts.map(([weight, values]) => {
    const low = Math.min(...values) - NEAR_START;
    const high = Math.max(...values) + NEAR_START;
    const [least, greatest] = [low, high].map(value => Number(value.toPrecision(2)));
    return [`${weight}Constraint`, `constraints.minMaxValue(${least}, ${greatest})`];
  });
  const code = added(activationCode(layer, Object.fromEntries(bounds)));
  return [{title: 'Keep its weights near their start', code}];
}

/** Weights that are not trained are not among those of the snapshot. Told of a layer's first call. */
function still(layer: LayerSnapshot, snapshot: Snapshot): Aspect[] {
  if (snapshot.layers.find(each => each.layer === layer.layer) !== layer) return [];
  const moves = ({update, magnitude}: WeightSnapshot): boolean => update > STILL * magnitude;
  if (!kernelsOf(snapshot).some(moves)) return [];
  const found = snapshot.weights.filter(
    weight =>
      weight.layer === layer.layer && weight.isOfActivation && weight.steps > 0 && !moves(weight),
  );
  if (found.length === 0) return [];
  const hasCoefficients = found.some(({name}) => isVector(layer, name));
  const starts = found.map(({name}) => [
    `${name}Initializer`,
    'tf.initializers.constant({value: 0.5})',
  ]);
  const hasGradient = found.some(({gradient}) => gradient > 0);
  return [
    {
      severity: hasGradient ? 'warning' : 'info',
      message:
        `its learned ${found.map(({name}) => name).join(', ')} does not move while kernels do` +
        (hasGradient ? '' : ': no gradient comes'),
      evidence: {still: found.map(({name}) => name), gradients: found.map(each => each.gradient)},
      fixes: [
        {
          title: 'Look whether a constraint holds it where it is',
          code: 'model.getLayer(name).getWeights().forEach(weight => weight.print());',
        },
        {
          title: 'Start it elsewhere',
          ...(hasCoefficients
            ? {}
            : {code: added(activationCode(layer, Object.fromEntries(starts)))}),
        },
      ],
    },
  ];
}

/** Whether a weight has several numbers for a unit, so that no one number can start it. */
function isVector({units, weights}: LayerSnapshot, name: string): boolean {
  const length = weights?.[name]?.length ?? 1;
  return length > 1 && length % units !== 0;
}

/** One finding for a layer, whatever is the matter with its activation. */
function join(layer: string, aspects: readonly Aspect[]): Problem {
  const units = aspects.flatMap(aspect => aspect.units ?? []);
  return {
    severity: mostSevere(aspects.map(({severity}) => severity)),
    layer,
    ...(units.length > 0 ? {units} : {}),
    message: aspects.map(({message}) => message).join('; '),
    evidence: Object.assign({}, ...aspects.map(({evidence}) => evidence)) as object as Record<
      string,
      unknown
    >,
    fixes: aspects.flatMap(({fixes = []}) => fixes),
  };
}
