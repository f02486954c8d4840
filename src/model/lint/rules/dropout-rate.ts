import {layerCode} from '../../../monitor/layer-code.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

const MOST = 0.5;

/** More dropped than kept. */
export const dropoutRateRule: LintRule = {
  id: 'dropout-rate',
  description: 'Dropout of more than half',
  why:
    'The noise of dropout is largest at one half; beyond it, more is lost than kept, and the model ' +
    'underfits.',
  reference: 'Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html',
  check: ({layers}) => layers.flatMap(checkLayer),
};

/** How `tf.layers` makes layers that drop. */
const MAKERS: Readonly<Record<string, string>> = {
  SpatialDropout1D: 'spatialDropout1d',
  GaussianDropout: 'gaussianDropout',
  AlphaDropout: 'alphaDropout',
};

function checkLayer(layer: LintedLayer): LintProblem[] {
  const {name, dropout, layerClass} = layer;
  const found = Object.entries(dropout).find(([, rate]) => rate > MOST);
  if (!found) return [];
  const [argument, rate] = found;
  const less = String(Number(Math.min(MOST, Math.max(0.1, 1 - rate)).toPrecision(2)));
  const make = Object.hasOwn(MAKERS, layerClass) ? MAKERS[layerClass] : 'dropout';
  const code =
    layer.role === 'recurrent'
      ? Object.keys(layer.arguments).length > 0 && `${layerCode(layer, {[argument]: less})};`
      : `model.add(tf.layers.${make}({rate: ${less}}));`;
  return [
    {
      severity: rate >= 1 ? 'error' : 'warning',
      layer: name,
      message: `it drops ${Math.round(rate * 100)} % of its inputs`,
      evidence: {[argument]: rate},
      fixes: [
        {
          title:
            'Drop half at most; in Keras and here the rate is what is dropped, not what is kept',
          ...(code && {code}),
        },
      ],
    },
  ];
}
