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

function checkLayer({name, dropout}: LintedLayer): LintProblem[] {
  const found = Object.entries(dropout).find(([, rate]) => rate > MOST);
  if (!found) return [];
  const [argument, rate] = found;
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
          ...(argument === 'rate' && {
            code: `model.add(tf.layers.dropout({rate: ${Number(Math.min(MOST, Math.max(0.1, 1 - rate)).toPrecision(2))}}));`,
          }),
        },
      ],
    },
  ];
}
