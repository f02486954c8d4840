import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, activationParameterGroup, layers, reviveUnits} from '../../src/index.js';
import type {Finding} from '../../src/index.js';

const finding = (
  layer: string,
  units: readonly number[],
  more: Partial<Finding> = {},
): Finding => ({
  ...{rule: 'dead-units', severity: 'warning', message: '', evidence: {}, fixes: []},
  ...{layer, units},
  ...more,
});

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];
const normal = (seed: number) => tf.initializers.glorotNormal({seed});
const random = (shape: number[], seed = 1) =>
  tf.randomUniform(shape as [number, number], 0, 1, 'float32', seed);

/** Makes units of a layer give one number, by biases that no input comes near. */
function silence(model: tf.LayersModel, layer: string, units: readonly number[], bias = -100) {
  const variable = weight(model, layer, 'bias');
  const all = values(variable).map((value, unit) => (units.includes(unit) ? bias : value));
  variable.assign(tf.tensor(all, variable.shape));
}

function weight(model: tf.LayersModel, layer: string, name: string): tf.Variable {
  const {weights} = model.getLayer(layer);
  const found = weights.find(({originalName}) => originalName.endsWith(name));
  return found!.read() as tf.Variable;
}

/** The largest difference that reviving makes to what a model computes. */
function movement(model: tf.LayersModel, x: tf.Tensor, work: () => void): number {
  const before = model.predict(x) as tf.Tensor;
  work();
  const after = model.predict(x) as tf.Tensor;
  return tf.max(tf.abs(tf.sub(before, after))).dataSync()[0];
}

/** Which units of a layer ever give more than they do at rest. */
function movingUnits(model: tf.LayersModel, layer: string, x: tf.Tensor): number[] {
  const part = tf.model({
    inputs: model.inputs,
    outputs: model.getLayer(layer).output as tf.SymbolicTensor,
  });
  const outputs = part.predict(x) as tf.Tensor;
  const flat = tf.reshape(outputs, [-1, outputs.shape[outputs.rank - 1]!]);
  const ranges = values(tf.sub(tf.max(flat, 0), tf.min(flat, 0)));
  return ranges.flatMap((range, unit) => (range > 1e-6 ? [unit] : []));
}

function dense(units: number, seed: number, args: object = {}) {
  return tf.layers.dense({units, kernelInitializer: normal(seed), ...args});
}

function convolution(args: object = {}) {
  return tf.layers.conv2d({
    ...{inputShape: [8, 8, 2], filters: 6, kernelSize: 3, name: 'made'},
    ...{kernelInitializer: normal(1), ...args},
  });
}

/** Each model with the layer that is said to be dead, the layer that makes its units, and inputs. */
const MODELS: Record<string, {make: () => tf.Sequential; layer: string; x: number[]}> = {
  'dense → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [32, 8],
  },
  'dense → batch normalization → relu → dropout → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], name: 'made'}),
          tf.layers.batchNormalization({name: 'normal'}),
          layers.relu({name: 'relu'}),
          tf.layers.dropout({rate: 0.5}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'relu',
    x: [32, 8],
  },
  'dense → relu → batch normalization → prelu → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
          tf.layers.batchNormalization({
            name: 'normal',
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
            movingMeanInitializer: tf.initializers.randomNormal({seed: 4}),
          }),
          layers.prelu({name: 'prelu', alphaInitializer: 0.25}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [32, 8],
  },
  'dense → activation by name → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], name: 'made'}),
          tf.layers.activation({activation: 'relu', name: 'relu'}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'relu',
    x: [32, 8],
  },
  'convolution → relu → pooling → flatten → dense': {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            ...{inputShape: [8, 8, 2], filters: 6, kernelSize: 3, name: 'made'},
            kernelInitializer: normal(1),
          }),
          layers.relu({name: 'relu'}),
          tf.layers.maxPooling2d({poolSize: 2}),
          tf.layers.flatten(),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'relu',
    x: [32, 8, 8, 2],
  },
  'convolution → batch normalization → convolution': {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            ...{inputShape: [8, 8, 2], filters: 6, kernelSize: 3, name: 'made'},
            ...{activation: 'relu', kernelInitializer: normal(1)},
          }),
          tf.layers.batchNormalization({
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
          }),
          tf.layers.conv2d({filters: 3, kernelSize: 3, kernelInitializer: normal(2), name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [8, 8, 8, 2],
  },
  'convolution → pwlu of each channel → padding → convolution': {
    make: () =>
      tf.sequential({
        layers: [
          convolution(),
          layers.pwlu({name: 'pwlu', sharedAxes: 'spatial'}),
          tf.layers.zeroPadding2d({padding: 1}),
          tf.layers.conv2d({filters: 3, kernelSize: 3, kernelInitializer: normal(2), name: 'next'}),
        ],
      }),
    layer: 'pwlu',
    x: [8, 8, 8, 2],
  },
  'convolution → permute → reshape → batch normalization → convolution': {
    make: () =>
      tf.sequential({
        layers: [
          convolution({activation: 'relu'}),
          tf.layers.permute({dims: [2, 1, 3]}),
          tf.layers.reshape({targetShape: [6, 36]}),
          tf.layers.batchNormalization({
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
          }),
          tf.layers.conv1d({filters: 3, kernelSize: 3, kernelInitializer: normal(2), name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [8, 8, 8, 2],
  },
  'convolution → flatten → batch normalization → dense': {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv1d({
            ...{inputShape: [8, 2], filters: 6, kernelSize: 3, name: 'made'},
            ...{activation: 'relu', kernelInitializer: normal(1)},
          }),
          tf.layers.flatten(),
          tf.layers.batchNormalization({
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
          }),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [32, 8, 2],
  },
};

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  test.each(Object.keys(MODELS))('%s: outputs stay, and the units move', name => {
    const {make, layer, x: shape} = MODELS[name];
    const model = make();
    const x = random(shape);
    silence(model, 'made', [1, 4]);
    expect(movingUnits(model, layer, x)).not.toContain(1);
    const tensors = tf.memory().numTensors;
    let revival: unknown;
    const moved = tf.tidy(() =>
      movement(model, x, () => (revival = reviveUnits(model, [finding(layer, [1, 4])]))),
    );
    expect(moved).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(revival).toEqual({
      revived: [{layer, units: [1, 4], producer: 'made', consumers: ['next']}],
      skipped: [],
    });
    expect(movingUnits(model, layer, x)).toEqual(expect.arrayContaining([1, 4]));
  });
});

describe('what units give goes into the next biases', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const stuck = (useBias = true) => {
    const model = tf.sequential({
      layers: [
        dense(6, 1, {inputShape: [8], activation: 'elu', name: 'made'}),
        dense(3, 2, {name: 'next', useBias}),
      ],
    });
    silence(model, 'made', [0, 3]);
    return model;
  };

  test.each([
    ['dead-units', {}],
    [
      'saturated-units',
      {
        outputs: [
          [-1, -1],
          [-1, -1],
        ],
      },
    ],
  ])('of an ELU that is stuck at −1, found by %s', (rule, evidence) => {
    const model = stuck();
    const x = random([32, 8]);
    const bias = values(weight(model, 'next', 'bias'));
    const found = finding('made', [0, 3], {rule, evidence});
    const rules = ['dead-units', 'saturated-units'];
    const moved = movement(model, x, () => {
      expect(reviveUnits(model, [found], {rules}).revived).toHaveLength(1);
    });
    expect(moved).toBeLessThan(1e-5);
    expect(values(weight(model, 'next', 'bias'))).not.toEqual(bias);
    expect(movingUnits(model, 'made', x)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('not where the next layer has none', () => {
    const model = stuck(false);
    const kernel = values(weight(model, 'made', 'kernel'));
    expect(reviveUnits(model, [finding('made', [0])])).toEqual({
      revived: [],
      skipped: [
        {
          layer: 'made',
          units: [0],
          reason: "their output is not 0, and the next layer 'next' has no bias that could take it",
        },
      ],
    });
    expect(values(weight(model, 'made', 'kernel'))).toEqual(kernel);
  });

  test('not of saturated units whose outputs vary', () => {
    const model = stuck();
    const evidence = {
      outputs: [
        [-1, 1],
        [-1, -1],
      ],
    };
    const found = finding('made', [0, 3], {rule: 'saturated-units', evidence});
    const {revived, skipped} = reviveUnits(model, [found], {rules: ['saturated-units']});
    expect(revived.map(({units}) => units)).toEqual([[3]]);
    expect(skipped).toEqual([{layer: 'made', units: [0], reason: 'their outputs vary'}]);
  });

  test.each<[activation: string, outputs: unknown]>([
    ['sigmoid', undefined],
    ['relu6', [null]],
    ['tanh', [[null, null]]],
  ])(
    'not of a saturated %s where outputs are %p: it may be at either end',
    (activation, outputs) => {
      const model = tf.sequential({
        layers: [
          dense(2, 1, {inputShape: [8], activation, name: 'made'}),
          dense(3, 2, {name: 'next'}),
        ],
      });
      const found = finding('made', [0], {rule: 'saturated-units', evidence: {outputs}});
      const {skipped} = reviveUnits(model, [found], {rules: ['saturated-units']});
      expect(skipped).toEqual([{layer: 'made', units: [0], reason: 'what they give is not known'}]);
    },
  );

  test('not through the padding of a convolution', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [6, 6, 1],
          filters: 2,
          kernelSize: 3,
          activation: 'elu',
          name: 'made',
        }),
        tf.layers.conv2d({filters: 2, kernelSize: 3, padding: 'same', name: 'next'}),
      ],
    });
    const [{reason}] = reviveUnits(model, [finding('made', [0])]).skipped;
    expect(reason).toBe(
      "their output is not 0, and the next layer 'next' does not add it up everywhere",
    );
  });
});

describe('weights', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const twoDense = (args: object = {}) =>
    tf.sequential({
      layers: [
        dense(4, 1, {inputShape: [8], activation: 'relu', name: 'made', ...args}),
        dense(3, 2, {name: 'next'}),
      ],
    });
  const column = (model: tf.LayersModel, unit: number) =>
    values(tf.gather(weight(model, 'made', 'kernel'), unit, 1));

  test('are those of the units alone, and stay the same variables', () => {
    const model = twoDense({biasInitializer: tf.initializers.constant({value: -1})});
    const variables = model.getWeights(true);
    const before = variables.map(values);
    const others = [0, 2, 3].map(unit => column(model, unit));
    reviveUnits(model, [finding('made', [1])]);
    expect(model.getWeights(true)).toEqual(variables);
    expect([0, 2, 3].map(unit => column(model, unit))).toEqual(others);
    expect(values(variables[1])).toEqual([-1, 0, -1, -1]);
    const kept = before[2].map((value, index) => (Math.floor(index / 3) === 1 ? 0 : value));
    expect(values(variables[2])).toEqual(kept);
    expect(values(variables[3])).toEqual(before[3]);
  });

  test('of a seeded initializer are others each time, the same in every run', () => {
    const draws = () => {
      const model = twoDense();
      return [0, 1, 2].map(() => {
        reviveUnits(model, [finding('made', [1])]);
        return column(model, 1);
      });
    };
    const [first, second, third] = draws();
    expect(first).not.toEqual(second);
    expect(second).not.toEqual(third);
    expect(draws()).toEqual([first, second, third]);
  });

  test('are drawn from initializerFor where their initializer is not random', () => {
    const model = twoDense({kernelInitializer: 'zeros'});
    reviveUnits(model, [finding('made', [1])]);
    expect(new Set(column(model, 1)).size).toBe(8);
    expect(Math.max(...column(model, 1).map(Math.abs))).toBeLessThan(Math.sqrt(6 / 8));
  });

  test('are drawn by the very initializer of the layer, be it unknown to tfjs', () => {
    const ZerosBase = Object.getPrototypeOf(
      tf.initializers.zeros().constructor,
    ) as new () => object;
    class Threes extends ZerosBase {
      apply(shape: number[]) {
        return tf.fill(shape, 3);
      }
      getClassName() {
        return 'Threes';
      }
      getConfig() {
        return {};
      }
    }
    const model = twoDense({kernelInitializer: new Threes()});
    silence(model, 'made', [1]);
    weight(model, 'made', 'kernel').assign(tf.zeros([8, 4]));
    reviveUnits(model, [finding('made', [1])]);
    expect(column(model, 1)).toEqual(Array(8).fill(3));
  });

  test('stay as they are, all of them, where one cannot be drawn', () => {
    const kernelInitializer = tf.initializers.randomNormal({stddev: 1});
    const model = twoDense({kernelInitializer});
    const before = model.getWeights().map(values);
    const tensors = tf.memory().numTensors;
    kernelInitializer.apply = () => {
      throw new Error('no');
    };
    expect(() => reviveUnits(model, [finding('made', [1])])).toThrow('no');
    expect(model.getWeights().map(values)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('of batch normalization and of activations on their way start anew', () => {
    const model = tf.sequential({
      layers: [
        dense(2, 1, {inputShape: [8], name: 'made'}),
        tf.layers.batchNormalization({name: 'normal'}),
        layers.prelu({name: 'prelu', alphaInitializer: 0.25}),
        dense(3, 2, {name: 'next'}),
      ],
    });
    const rests = ['normal', 'prelu'].flatMap(name => model.getLayer(name).getWeights());
    for (const variable of rests) (variable as tf.Variable).assign(tf.tensor([7, 7]));
    reviveUnits(model, [finding('prelu', [1])]);
    // gamma, beta, the moving mean and variance; alpha
    expect(rests.map(values)).toEqual([
      [7, 1],
      [7, 0],
      [7, 0],
      [7, 1],
      [7, 0.25],
    ]);
  });

  test('of a layer of dead units are drawn whole after another layer of them', () => {
    const model = tf.sequential({
      layers: [
        dense(4, 1, {inputShape: [8], activation: 'relu', name: 'first'}),
        dense(4, 2, {activation: 'relu', name: 'second'}),
        dense(3, 3, {name: 'third'}),
      ],
    });
    reviveUnits(model, [finding('first', [0, 1, 2, 3]), finding('second', [0, 1, 2, 3])]);
    expect(values(weight(model, 'second', 'kernel'))).not.toContain(0);
    expect(new Set(values(weight(model, 'third', 'kernel')))).toEqual(new Set([0]));
  });
});

describe('what the optimizer remembers', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const optimizers: Record<string, () => tf.Optimizer> = {
    momentum: () => tf.train.momentum(0.01, 0.9),
    rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.9, 1e-7, true),
    adagrad: () => tf.train.adagrad(0.01),
    adadelta: () => tf.train.adadelta(0.01),
    adam: () => tf.train.adam(0.01),
    adamax: () => tf.train.adamax(0.01),
  };

  const cases = Object.keys(optimizers).flatMap(name => [
    [name, '', (optimizer: tf.Optimizer) => optimizer] as const,
    [name, ' in a parameter group', activationParameterGroup] as const,
  ]);

  test.each(cases)('%s%s starts anew for the units alone', async (name, _, within) => {
    const model = tf.sequential({
      layers: [
        dense(4, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
        dense(3, 2, {name: 'next'}),
      ],
    });
    const optimizer = optimizers[name]();
    model.compile({optimizer: within(optimizer), loss: 'meanSquaredError'});
    await model.fit(random([64, 8]), random([64, 3], 2), {epochs: 3, verbose: 0});
    const slotOf = (kind: string) => {
      const all = Object.values(optimizer).filter(Array.isArray).flat() as {
        originalName: string;
        variable: tf.Variable;
      }[];
      const {name: owner} = weight(model, 'made', 'kernel');
      const slot = all.find(each => each.originalName === `${owner}/${kind}`);
      return slot && (slot.variable.arraySync() as number[][]);
    };
    const kinds = ['m', 'momentum', 'mg', 'v', 'rms', 'accumulator', 'accum_grad', 'accum_var'];
    const read = () => kinds.map(slotOf);
    const before = read();
    const tensors = tf.memory().numTensors;
    reviveUnits(model, [finding('made', [1])]);
    expect(tf.memory().numTensors).toBe(tensors);
    const after = read();
    expect(after.some(slot => slot !== undefined)).toBe(true);
    after.forEach((slot, index) => {
      slot?.forEach((row, input) => {
        const own = before[index]![input];
        const others = (own[0] + own[2] + own[3]) / 3;
        expect([row[0], row[2], row[3]]).toEqual([own[0], own[2], own[3]]);
        if (index < 3) expect(row[1]).toBe(0);
        else expect(row[1]).toBeCloseTo(others, 6);
      });
    });
  });

  /** What Adam keeps of the kernel of 'made', by column: 'm' and 'v'. */
  const adamSlots = (optimizer: tf.Optimizer, kernel: number): tf.Variable[] => {
    const {accumulatedFirstMoment, accumulatedSecondMoment} = optimizer as unknown as Record<
      string,
      {variable: tf.Variable}[]
    >;
    return [accumulatedFirstMoment, accumulatedSecondMoment].map(list => list[kernel].variable);
  };
  const trained = async (optimizer: tf.Optimizer) => {
    const model = tf.sequential({
      layers: [
        dense(4, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
        dense(3, 2, {name: 'next'}),
      ],
    });
    model.compile({optimizer, loss: 'meanSquaredError'});
    await model.fit(random([64, 8]), random([64, 3], 2), {epochs: 3, verbose: 0});
    return model;
  };
  const firstColumn = (slot: tf.Variable) => values(tf.gather(slot, 0, 1));

  test('starts anew within activationParameterGroup, too', async () => {
    const adam = tf.train.adam(0.01);
    const model = await trained(activationParameterGroup(adam, {learningRate: 0.1}));
    const [means] = adamSlots(adam, 0);
    expect(firstColumn(means)).not.toEqual(Array(8).fill(0));
    reviveUnits(model, [finding('made', [0])]);
    expect(firstColumn(means)).toEqual(Array(8).fill(0));
  });

  test('starts anew in a loaded model, whose weights have other names by now', async () => {
    const model = await trained(tf.train.adam(0.01));
    let saved: tf.io.ModelArtifacts;
    const handler = tf.io.withSaveHandler(async artifacts => {
      saved = artifacts;
      return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
    });
    await model.save(handler, {includeOptimizer: true});
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    await tf.nextFrame();
    const [means] = adamSlots((loaded as unknown as {optimizer: tf.Optimizer}).optimizer, 0);
    expect(firstColumn(means)).not.toEqual(Array(8).fill(0));
    reviveUnits(loaded, [finding('made', [0])]);
    expect(firstColumn(means)).toEqual(Array(8).fill(0));
  });

  test('takes the sizes of those units alone that ever had a gradient', async () => {
    const optimizer = tf.train.adam(0.01);
    const model = await trained(optimizer);
    const [, sizes] = adamSlots(optimizer, 0);
    const live = values(tf.gather(sizes, 3, 1));
    const isLive = tf.tensor2d([[0, 0, 0, 1]]);
    sizes.assign(tf.mul(sizes, isLive));
    reviveUnits(model, [finding('made', [0])]);
    expect(firstColumn(sizes)).toEqual(live);
  });

  test('lets no step of Adam overshoot', async () => {
    const model = tf.sequential({
      layers: [
        dense(8, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
        dense(3, 2, {name: 'next'}),
      ],
    });
    silence(model, 'made', [1, 2, 3]);
    model.compile({optimizer: tf.train.adam(0.001), loss: 'meanSquaredError'});
    const [x, y] = [random([256, 8]), random([256, 3], 2)];
    await model.fit(x, y, {epochs: 200, batchSize: 64, verbose: 0, shuffle: false});
    reviveUnits(model, [finding('made', [1, 2, 3])]);
    let before = weight(model, 'next', 'kernel').clone();
    for (let step = 0; step < 20; step++) {
      await model.trainOnBatch(x, y);
      const now = weight(model, 'next', 'kernel').clone();
      expect(tf.max(tf.abs(tf.sub(now, before))).dataSync()[0]).toBeLessThan(0.0025);
      before = now;
    }
  });
});

describe('units that cannot be followed are skipped', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const input = () => tf.input({shape: [4]});
  const relu = (units: number, name: string) => dense(units, 1, {activation: 'relu', name});
  const apply = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]) =>
    layer.apply(inputs.length === 1 ? inputs[0] : inputs) as tf.SymbolicTensor;

  const cases: Record<string, () => [tf.LayersModel, layer: string, reason: string]> = {
    'an output': () => {
      const x = input();
      const y = apply(relu(4, 'made'), x);
      return [
        tf.model({inputs: x, outputs: y}),
        'made',
        "the Dense 'made' is an output of the model",
      ];
    },
    'an output beside others': () => {
      const x = input();
      const y = apply(relu(4, 'made'), x);
      const outputs = [y, apply(dense(1, 2), y)];
      return [tf.model({inputs: x, outputs}), 'made', "the Dense 'made' is an output of the model"];
    },
    'a residual connection': () => {
      const x = input();
      const sum = apply(tf.layers.add({name: 'sum'}), x, apply(relu(4, 'made'), x));
      const model = tf.model({inputs: x, outputs: apply(dense(1, 2), sum)});
      return [model, 'made', "its outputs go to the Add 'sum'"];
    },
    'units that are used before their activation too': () => {
      const x = input();
      const made = apply(dense(4, 1, {name: 'made'}), x);
      const y = apply(layers.relu({name: 'relu'}), made);
      const outputs = [apply(dense(1, 2), y), apply(dense(1, 3), made)];
      return [
        tf.model({inputs: x, outputs}),
        'relu',
        "what the Dense 'made' gives is used elsewhere too",
      ];
    },
    'a concatenation': () => {
      const x = input();
      const both = apply(tf.layers.concatenate({name: 'both'}), x, apply(relu(4, 'made'), x));
      const model = tf.model({inputs: x, outputs: apply(dense(1, 2), both)});
      return [model, 'made', "its outputs go to the Concatenate 'both'"];
    },
    'a shared layer': () => {
      const x = input();
      const layer = relu(4, 'made');
      const y = apply(dense(1, 2), apply(layer, apply(layer, x)));
      return [tf.model({inputs: x, outputs: y}), 'made (call 2)', "the Dense 'made' is shared"];
    },
    'a frozen layer': () => {
      const x = input();
      const model = tf.model({inputs: x, outputs: apply(dense(1, 2), apply(relu(4, 'made'), x))});
      model.getLayer('made').trainable = false;
      return [model, 'made', "the Dense 'made' is frozen"];
    },
    'a frozen normalization on their way': () => {
      const model = tf.sequential({
        layers: [
          dense(4, 1, {inputShape: [4], name: 'made'}),
          tf.layers.batchNormalization({name: 'normal', trainable: false}),
          layers.relu({name: 'relu'}),
          dense(1, 2),
        ],
      });
      return [model, 'relu', "the BatchNormalization 'normal' is frozen"];
    },
    'a Flatten that takes another axis for the channels': () => {
      const model = tf.sequential({
        layers: [
          convolution({activation: 'relu'}),
          tf.layers.flatten({dataFormat: 'channelsFirst', name: 'flat'}),
          dense(1, 2),
        ],
      });
      return [model, 'made', "its outputs go to the Flatten 'flat'"];
    },
    'a pooling that takes another axis for the channels': () => {
      const model = tf.sequential({
        layers: [
          convolution({activation: 'relu'}),
          tf.layers.globalAveragePooling2d({dataFormat: 'channelsFirst', name: 'pool'} as never),
          dense(1, 2),
        ],
      });
      return [model, 'made', "its outputs go to the GlobalAveragePooling2D 'pool'"];
    },
    'a Reshape that parts the units': () => {
      const model = tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [4], activation: 'relu', name: 'made'}),
          tf.layers.reshape({targetShape: [3, 2], name: 'parts'}),
          dense(1, 2),
        ],
      });
      return [model, 'made', "its outputs go to the Reshape 'parts'"];
    },
    'a recurrent layer': () => {
      const model = tf.sequential({
        layers: [
          tf.layers.simpleRNN({units: 4, inputShape: [5, 2], activation: 'relu', name: 'rnn'}),
          dense(1, 2),
        ],
      });
      return [model, 'rnn/output', 'its layer is recurrent'];
    },
    'a layer without an activation': () => {
      const x = input();
      const model = tf.model({
        inputs: x,
        outputs: apply(dense(1, 2), apply(dense(4, 1, {name: 'line'}), x)),
      });
      return [model, 'line', 'linear, and not an output'];
    },
    'a depthwise convolution': () => {
      const model = tf.sequential({
        layers: [
          tf.layers.depthwiseConv2d({
            ...{kernelSize: 3, inputShape: [6, 6, 2], activation: 'relu', name: 'depthwise'},
          }),
          tf.layers.flatten(),
          dense(1, 2),
        ],
      });
      const reason = "the DepthwiseConv2D 'depthwise' has no kernel with one part for each unit";
      return [model, 'depthwise', reason];
    },
  };

  test.each(Object.keys(cases))('%s', name => {
    const [model, layer, reason] = cases[name]();
    const before = model.getWeights().map(values);
    const result = reviveUnits(model, [finding(layer, [1])]);
    expect(result).toEqual({revived: [], skipped: [{layer, units: [1], reason}]});
    expect(model.getWeights().map(values)).toEqual(before);
  });

  test('but those of nested models are, across their borders too', () => {
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        dense(5, 1, {inputShape: [4], activation: 'relu', name: 'one'}),
        dense(5, 2, {activation: 'relu', name: 'two'}),
      ],
    });
    const x = input();
    const model = tf.model({
      inputs: x,
      outputs: apply(dense(1, 3, {name: 'last'}), apply(inner, x)),
    });
    silence(inner, 'one', [1]);
    silence(inner, 'two', [2]);
    const data = random([16, 4]);
    const moved = movement(model, data, () => {
      const {revived} = reviveUnits(model, [finding('inner/one', [1]), finding('inner/two', [2])]);
      expect(revived).toEqual([
        {layer: 'inner/one', units: [1], producer: 'one', consumers: ['two']},
        {layer: 'inner/two', units: [2], producer: 'two', consumers: ['last']},
      ]);
    });
    expect(moved).toBeLessThan(1e-5);
  });
});

describe('arguments', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const make = () =>
    tf.sequential({
      name: 'mine',
      layers: [
        dense(4, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
        dense(3, 2, {name: 'next'}),
      ],
    });

  test('dryRun tells what would be done, and does nothing', () => {
    const model = make();
    const before = model.getWeights().map(values);
    const told = reviveUnits(model, [finding('made', [1])], {dryRun: true});
    expect(model.getWeights().map(values)).toEqual(before);
    expect(reviveUnits(model, [finding('made', [1])])).toEqual(told);
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });

  test('a unit is revived once, however many findings name it', () => {
    const {revived} = reviveUnits(make(), [finding('made', [1]), finding('made', [1, 2])]);
    expect(revived.map(({units}) => units)).toEqual([[1], [2]]);
  });

  test('a finding needs no evidence', () => {
    const found = {rule: 'dead-units', layer: 'made', units: [1]} as unknown as Finding;
    expect(reviveUnits(make(), [found]).revived).toHaveLength(1);
  });

  test('a unit that the model lacks is an error where units would be skipped, too', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.lstm({units: 4, inputShape: [5, 2], name: 'lstm'}),
        dense(3, 1, {activation: 'relu', name: 'output'}),
      ],
    });
    for (const [layer, last] of [
      ['lstm/candidate', 3],
      ['output', 2],
    ] as const) {
      expect(() => reviveUnits(model, [finding(layer, [7])])).toThrow(
        `the units of '${layer}' must be an array of whole numbers from 0 to ${last}, got [7]`,
      );
    }
  });

  test('findings of other rules are left out', () => {
    const found = ['saturated-units', 'non-finite'].map(rule => finding('made', [1], {rule}));
    expect(reviveUnits(make(), found)).toEqual({revived: [], skipped: []});
  });

  const wrong: Record<string, [findings: unknown, options: unknown, message: string]> = {
    'no findings': ['made', {}, "findings must be an array such as monitor.findings, got 'made'"],
    'no finding': [[7], {}, 'a finding must have a rule, a layer and units, got 7'],
    'another layer': [
      [finding('made', [0]), finding('other', [0])],
      {},
      "unknown layer in the findings 'other'; accepted: made, next",
    ],
    'another unit': [
      [finding('made', [0, 4])],
      {},
      "the units of 'made' must be an array of whole numbers from 0 to 3, got [0, 4]",
    ],
    'no units': [
      [{...finding('made', []), units: undefined}],
      {},
      "the units of 'made' must be an array of whole numbers from 0 to 3, got undefined",
    ],
    'an unknown option': [
      [],
      {dry: true},
      "unknown option 'dry'; accepted: dryRun, rules, optimizer",
    ],
    'no boolean': [[], {dryRun: 1}, 'dryRun must be true or false, got 1'],
    'another rule': [
      [],
      {rules: ['non-finite']},
      "unknown rule in rules 'non-finite'; accepted: dead-units, saturated-units",
    ],
    'no rules': [[], {rules: []}, 'rules must be an array of one or more rule ids, got []'],
    'no optimizer': [
      [],
      {optimizer: 'adam'},
      "optimizer must be a tf.Optimizer such as tf.train.adam(), got 'adam'",
    ],
    'no options': [[], null, 'the options must be an object, got null'],
  };

  test.each(Object.keys(wrong))('%s is an error, and nothing is changed', name => {
    const [findings, options, message] = wrong[name];
    const model = make();
    const before = model.getWeights().map(values);
    const tensors = tf.memory().numTensors;
    expect(() => reviveUnits(model, findings as never, options as never)).toThrow(
      `reviveUnits: ${message}`,
    );
    expect(tf.memory().numTensors).toBe(tensors);
    expect(model.getWeights().map(values)).toEqual(before);
  });

  test('no model, one that is not built, and one that has been disposed', () => {
    expect(() => reviveUnits({} as never, [])).toThrow(
      'model must be a model of tfjs layers, got {}',
    );
    const unbuilt = tf.sequential({name: 'new'});
    expect(() => reviveUnits(unbuilt, [])).toThrow(
      "the model 'new' is not built; add its layers, the first with an inputShape",
    );
    const model = make();
    model.dispose();
    expect(() => reviveUnits(model, [])).toThrow("the model 'mine' has been disposed");
  });

  test('findings of a monitor', async () => {
    const model = make();
    silence(model, 'made', [2]);
    model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
    const monitor = new ActivationMonitor({reporters: []});
    const callbacks = [monitor];
    await model.fit(random([400, 8]), random([400, 3], 2), {epochs: 1, verbose: 0, callbacks});
    const {revived} = reviveUnits(model, monitor.findings);
    expect(revived).toEqual([{layer: 'made', units: [2], producer: 'made', consumers: ['next']}]);
  });
});
