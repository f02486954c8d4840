import type {LintRule, LintedLayer} from '../types.js';

/** Dropout of what the model gives. */
export const dropoutOfOutputsRule: LintRule = {
  id: 'dropout-of-outputs',
  description: 'Dropout of the outputs of the model',
  why: 'An output that is dropped is wrong whatever the layers before learn: the loss gets noise that no weight can lower.',
  reference: 'Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html',
  check: ({layers}) =>
    layers.filter(isDropped).map(layer => ({
      severity: 'error',
      layer: layer.name,
      message: 'it drops some of the outputs of the model',
      evidence: {rate: layer.dropout.rate},
      fixes: [{title: 'Move it before the last layer with a kernel'}],
    })),
};

/** Whether nothing behind a dropout makes up for it. */
function isDropped({role, isOutput, dropout}: LintedLayer): boolean {
  return role === 'dropout' && isOutput && dropout.rate > 0;
}
