import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {derivative, evaluate} from '../../src/formula/index.js';
import type {Expression, Values} from '../../src/formula/index.js';
import {activations} from '../../src/index.js';
import type {AnyActivation} from '../../src/activation-types.js';
import {toSnakeCase} from '../../src/names.js';
import {writeKeras} from '../../src/node/index.js';
import {describeWithPython, runPython} from '../helpers/python.js';

interface Result {
  readonly values: readonly string[];
  readonly gradients: readonly (readonly string[])[];
  /** The values at Infinity, -Infinity and NaN. */
  readonly beyond: readonly string[];
}

/** Layers that Keras has, so that activations.py need not define them. */
const OF_KERAS = ['ELU', 'LeakyReLU', 'PReLU', 'ReLU'];

/** Far from every kink, so that the backends agree on the slope there. */
const INPUTS = [1e-30, 1e-8, 1e-3, 0.61, 1.37, 7.3, 19.1, 50.2, 88.7, 104.1, 1e4]
  .flatMap(size => [size, -size])
  .map(Math.fround);

const all = Object.values(activations as unknown as Readonly<Record<string, AnyActivation>>).filter(
  ({className}) => !OF_KERAS.includes(className),
);

/** What two roundings of an input change, as a share of it. */
const ROUNDING = 2 ** -22;

/** Whether what float32 gives of an expression is near enough to what it is. */
function isNear(given: number, expression: Expression, values: Values & {x: number}): boolean {
  const expected = evaluate(expression, values);
  if (Object.is(given + 0, Math.fround(expected) + 0)) return true;
  const {x} = values;
  if (!Number.isFinite(x)) return Math.abs(given - expected) <= 1e-5;
  const ofRounding = ROUNDING * Math.abs(x * evaluate(derivative(expression, 'x'), values));
  const allowed = 1e-5 * Math.max(1, Math.abs(x), Math.abs(expected)) + ofRounding;
  return Math.abs(given - expected) <= allowed;
}

/** Values that no initializer gives. */
function weightsOf({weights}: AnyActivation): Values {
  const values = Object.entries(weights as Record<string, {length?: number}>).map(
    ([name, {length}], index) => [
      name,
      length === undefined
        ? Math.fround(0.4 + 0.31 * index)
        : Array.from({length}, (_, each) => Math.fround(Math.sin(each + 1))),
    ],
  );
  return Object.fromEntries(values) as Values;
}

describeWithPython(
  'the functions of activations.py where inputs are tiny, large or infinite',
  () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'edges-'));
    afterAll(() => fs.rmSync(folder, {recursive: true}));

    beforeAll(async () => {
      const input = tf.input({shape: [6]});
      const outputs = all.map(each => each.layer().apply(input) as tf.SymbolicTensor);
      await writeKeras(tf.model({inputs: input, outputs}), folder);
      const functions = all.map(activation => ({
        function: toSnakeCase(activation.name),
        weights: Object.values(weightsOf(activation)),
      }));
      fs.writeFileSync(path.join(folder, 'edges.json'), JSON.stringify({x: INPUTS, functions}));
    });

    test.each(['tensorflow', 'jax'])(
      'values and gradients are those of the formula, on %s',
      backend => {
        const results = runPython(path.join(__dirname, 'edges.py'), backend, folder) as Readonly<
          Record<string, Result>
        >;
        const wrong = all.flatMap(activation => {
          const {name, formula} = activation;
          const weights = weightsOf(activation);
          const {values, gradients, beyond} = results[toSnakeCase(name)];
          const compare = (
            what: string,
            inputs: readonly number[],
            texts: readonly string[],
            expression = formula,
          ): object[] =>
            inputs.flatMap((x, index) => {
              const given = Number(texts[index].replace('inf', 'Infinity'));
              const values = {...weights, x};
              const expected = evaluate(expression, values);
              return isNear(given, expression, values) ? [] : [{name, what, x, given, expected}];
            });
          const [ofX, ...ofWeights] = gradients;
          const byWeights = Object.entries(weights).flatMap(([weight, value], index) => {
            const count = Array.isArray(value) ? value.length : 1;
            return Array.from({length: count}, (_, each) => {
              const by = Array.isArray(value) ? `${weight}[${each}]` : weight;
              const own = ofWeights[index].filter((_, at) => at % count === each);
              return compare(`by ${by}`, INPUTS, own, derivative(formula, by));
            }).flat();
          });
          return [
            ...compare('value', INPUTS, values),
            ...compare('value', [Infinity, -Infinity, NaN], beyond),
            ...compare('by x', INPUTS, ofX, derivative(formula, 'x')),
            ...byWeights,
          ];
        });
        expect(wrong).toEqual([]);
      },
      300_000,
    );
  },
);
