import type {Report, WeightSnapshot} from '../../types.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {formatNumber, isKnown, NONE} from './numbers.js';
import {nameOf, table} from './parts.js';

/** The trainable weights with their gradients and updates; nothing where none was watched. */
export function weightsSection(weights: Report['weights']): Markup | null {
  if (weights.length === 0) return null;
  return markup`<section id="weights" aria-labelledby="weights-title">
    <h2 id="weights-title">Weights</h2>
    <div class="card">
      ${table(
        'Trainable weights over the last steps that were watched, means over their elements',
        [
          {title: 'layer', isText: true, value: ({layer}) => nameOf(layer)},
          {title: 'weight', isText: true, value: ({name}) => nameOf(name)},
          {title: 'shape', value: ({shape}) => shape.join(' × ')},
          {title: '|w|', value: ({magnitude}) => formatNumber(magnitude)},
          {title: '|∂loss/∂w|', value: ({gradient}) => formatNumber(gradient)},
          {title: '|Δw|', value: ({update}) => formatNumber(update)},
          {title: 'log₁₀(|Δw| ÷ |w|)', value: weight => updateRatioOf(weight)},
        ],
        weights,
      )}
    </div>
  </section>`;
}

function updateRatioOf({update, magnitude}: WeightSnapshot): string {
  const ratio = Math.log10(update / magnitude);
  return isKnown(ratio) ? ratio.toFixed(1).replace('-', '−') : NONE;
}
