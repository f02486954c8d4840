import * as tf from '@tensorflow/tfjs';
import {
  PReLU,
  ReLU,
  activations,
  defineActivation,
  layers,
  swapActivations,
} from '../../src/index.js';
import type {SwapOptions, SwapRule} from '../../src/index.js';
import {expectRefused, modelOf, reloaded} from '../helpers/layers.js';
import {normal, valuesOf} from '../helpers/monitor.js';
import {everywhere, learned, modelWith, valuesAt} from '../helpers/swap.js';
import type {Target} from '../helpers/swap.js';

const {dense} = tf.layers;

describe('what cannot be the same', () => {
  const errorOf = (layer: tf.layers.Layer, to: Target, options: SwapOptions = {}) => {
    const {changes} = swapActivations(modelWith(layer), everywhere(to), {
      preserve: true,
      ...options,
    });
    return changes[0];
  };

  test('is fitted where the definition says, and tells how far off it is', () => {
    const {error, domain} = errorOf(layers.relu(), layers.rational);
    expect(domain).toEqual([-3, 3]);
    expect(error).toBeGreaterThan(0.001);
    expect(error).toBeLessThan(0.1);
    const gelu = errorOf(layers.gelu(), layers.rational);
    expect(gelu.error).toBeLessThan(0.01);
  });

  test('is fitted on a domain that is given', () => {
    const {error, domain} = errorOf(layers.relu(), layers.swishBeta, {domain: [-1, 1]});
    expect(domain).toEqual([-1, 1]);
    expect(error).toBeLessThan(0.05);
  });

  test('is told of fixed activations, too', () => {
    expect(errorOf(layers.relu(), layers.gelu).error).toBeCloseTo(0.17, 2);
    expect(errorOf(layers.relu(), layers.softmax as never).error).toBeNull();
  });

  test('a constraint holds, and what it changes is told', () => {
    const {error} = errorOf(layers.elu({alpha: 0.05}), layers.pelu);
    expect(error).toBeGreaterThan(0.01);
  });

  test('a weight that is shared anew is what the old ones did on average', () => {
    const model = modelWith(learned(layers.prelu(), 0, 0.3));
    const {model: swapped, changes} = swapActivations(
      model,
      {from: 'prelu', to: 'prelu', args: {sharedAxes: 'all'}},
      {preserve: true},
    );
    expect(swapped.layers[1].getWeights()[0].dataSync()[0]).toBeCloseTo(0.15, 5);
    expect(changes[0].error).toBeCloseTo(1.5, 4);
  });
});

/** An optimizer that needs all gradients, and moves weights without any. */
class Decaying extends tf.SGDOptimizer {
  static override get className(): string {
    return 'DecayingOfTest';
  }

  override applyGradients(gradients: {name: string; tensor: tf.Tensor}[]): void {
    const {registeredVariables} = tf.engine();
    for (const {name, tensor} of gradients) {
      const variable = registeredVariables[name];
      tf.tidy(() => variable.assign(tf.sub(tf.mul(variable, 0.9), tf.mul(tensor, 0.01))));
    }
    this.incrementIterations();
  }
}

describe('what a swap keeps and changes', () => {
  const relus = (): tf.Sequential =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: 3,
          kernelSize: 3,
          activation: 'relu',
          inputShape: [6, 6, 1],
          name: 'conv',
        }),
        tf.layers.depthwiseConv2d({kernelSize: 2, activation: 'relu', name: 'depthwise'}),
        tf.layers.flatten(),
        dense({units: 4, activation: 'relu', name: 'hidden'}),
        dense({units: 2, activation: 'sigmoid', name: 'out'}),
      ],
    });

  test('fused activations become layers of their own, with a weight for each channel', () => {
    const model = relus();
    const {model: swapped, changes} = swapActivations(model, {from: 'relu', to: layers.prelu});
    expect(swapped).toBeInstanceOf(tf.Sequential);
    expect(swapped.layers.map(({name}) => name)).toEqual([
      'conv',
      'conv_prelu',
      'depthwise',
      'depthwise_prelu',
      model.layers[2].name,
      'hidden',
      'hidden_prelu',
      'out',
    ]);
    expect(swapped.getLayer('conv_prelu').getWeights()[0].shape).toEqual([1, 1, 3]);
    expect(changes.map(({layer, newLayer, from, to}) => [layer, newLayer, from, to])).toEqual([
      ['conv', 'conv_prelu', 'relu', 'prelu'],
      ['depthwise', 'depthwise_prelu', 'relu', 'prelu'],
      ['hidden', 'hidden_prelu', 'relu', 'prelu'],
    ]);
    const x = normal(3, 6, 6, 1);
    expect(valuesAt(swapped, x)).toEqual(valuesAt(model, x));
    const names = (each: tf.LayersModel): string[] =>
      each.weights.map(({originalName}) => originalName);
    expect(names(swapped)).toEqual(expect.arrayContaining(names(model)));
  });

  test('an activation that a name says stays fused', () => {
    const {model: swapped, changes} = swapActivations(relus(), {from: 'relu', to: 'hardSwish'});
    expect(swapped.layers).toHaveLength(5);
    expect(changes[0]).toEqual({layer: 'conv', newLayer: 'conv', from: 'relu', to: 'hardSwish'});
    expect(swapped.layers[0].getConfig().activation).toBe('hardSwish');
  });

  test('one with options of its own does not', () => {
    const rule = {
      from: 'relu',
      to: layers.elu,
      args: {alpha: 0.5},
      where: ({name}: {name: string}) => name === 'hidden',
    };
    const {model: swapped} = swapActivations(relus(), rule);
    expect(swapped.getLayer('hidden_elu').getConfig().alpha).toBe(0.5);
    expect(swapped.layers).toHaveLength(6);
  });

  test.each<[string, never]>([
    ['a name', 'prelu' as never],
    ['an activation', activations.prelu as never],
    ['a factory', layers.prelu as never],
    ['a class', PReLU as never],
    ['a layer', layers.prelu({sharedAxes: 'all'}) as never],
    ['a factory of stock tfjs', tf.layers.leakyReLU as never],
    [
      "a factory of one's own",
      ((args: object) => layers.pelu({...args, aInitializer: 0.5})) as never,
    ],
  ])('takes %s', (_, to) => {
    const {changes} = swapActivations(relus(), {from: activations.relu, to});
    expect(changes).toHaveLength(3);
    expect(swapActivations(relus(), () => to).changes).toHaveLength(4);
  });

  test('a name and an op mean the defaults of the op, a layer those of the layer', () => {
    const slopeOf = (to: unknown): unknown => {
      const model = modelOf(tf.layers.reLU({inputShape: [1]}));
      const {model: swapped} = swapActivations(model, {from: 'relu', to: to as never});
      return (swapped.predict(tf.tensor2d([[-1]])) as tf.Tensor).dataSync()[0];
    };
    for (const to of ['leaky_relu', 'leakyRelu', activations.leakyRelu]) {
      expect(slopeOf(to)).toBeCloseTo(-0.2, 6);
    }
    for (const to of [layers.leakyRelu, tf.layers.leakyReLU]) {
      expect(slopeOf(to)).toBeCloseTo(-0.3, 6);
    }
    const {model: fused} = swapActivations(relus(), {from: 'relu', to: 'leaky_relu'});
    expect(fused.layers).toHaveLength(5);
  });

  test.each<[string, never]>([
    ['a factory', layers.relu as never],
    ['a factory of stock tfjs', tf.layers.reLU as never],
    ['a class', ReLU as never],
    ['an activation', activations.relu as never],
  ])('replaces what %s says', (_, from) => {
    expect(swapActivations(relus(), {from, to: 'mish'}).changes).toHaveLength(3);
  });

  test('stock PReLU has a weight for each channel, too, whatever the size of the image', () => {
    const model = modelOf(
      tf.layers.conv2d({
        filters: 3,
        kernelSize: 3,
        activation: 'relu',
        inputShape: [null, null, 1] as never,
      }),
    );
    const {model: swapped} = swapActivations(model, {from: 'relu', to: tf.layers.prelu});
    expect(swapped.layers[1].getWeights()[0].shape).toEqual([1, 1, 3]);
  });

  test('the first rule that asks for an activation decides', () => {
    const {changes} = swapActivations(relus(), [
      {
        from: layers.relu,
        to: 'mish',
        where: ({isOutput, shape}) => !isOutput && shape.length === 2,
      },
      {from: 'relu', to: 'gelu'},
      {from: 'sigmoid', to: 'tanh'},
    ]);
    expect(changes.map(({to}) => to)).toEqual(['gelu', 'gelu', 'mish', 'tanh']);
  });

  test('a function sees every place', () => {
    const seen: unknown[] = [];
    swapActivations(relus(), place => {
      seen.push(place);
      return 'mish';
    });
    expect(seen[3]).toEqual({
      name: 'out',
      layerClass: 'Dense',
      activation: 'sigmoid',
      options: {},
      shape: [null, 2],
      isOutput: true,
    });
  });

  test.each<[string, () => tf.layers.Layer, unknown, unknown]>([
    [
      'a name',
      () => dense({units: 4, inputShape: [3], activation: 'softmax'}),
      'softmax',
      'linear',
    ],
    [
      'a factory',
      () => tf.layers.softmax({axis: -1, inputShape: [3]} as never),
      layers.softmax,
      'sparsemax',
    ],
    [
      'the factory of a random layer',
      () => tf.layers.timeDistributed({layer: layers.rrelu(), inputShape: [4, 3]}),
      layers.rrelu,
      layers.leakyRelu,
    ],
  ])('what is no function of one number, said by %s', (_, make, from, to) => {
    const model = modelOf(make());
    const rule = {from, to} as SwapRule;
    const {model: swapped, changes} = swapActivations(model, rule, {preserve: true});
    expect(changes.map(change => change.to)).toEqual([typeof to === 'string' ? to : 'leakyRelu']);
    expect(changes[0].error).toBeNull();
    const x = normal(2, ...(model.inputs[0].shape.slice(1) as number[]));
    expect(valuesAt(swapped, x)).not.toEqual(valuesAt(model, x));
    expect(swapped.weights).toHaveLength(model.weights.length);
  });

  test('a softmax that becomes linear gives the logits, and the optimizer goes on', async () => {
    const model = modelOf(dense({units: 3, inputShape: [2], activation: 'softmax', name: 'out'}));
    model.compile({optimizer: 'adam', loss: 'categoricalCrossentropy'});
    const [x, y] = [normal(4, 2), tf.oneHot([0, 1, 2, 0], 3)];
    await model.trainOnBatch(x, y);
    const {model: logits} = swapActivations(model, {from: 'softmax', to: 'linear'});
    const expected = tf.softmax(logits.predict(x) as tf.Tensor).dataSync();
    valuesAt(model, x).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
    expect(logits.optimizer.iterations).toBe(1);
    const {model: back} = swapActivations(logits, {from: 'linear', to: 'softmax'});
    valuesAt(back, x).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
  });

  test('a layer with units of its own is no activation, whatever it gives', () => {
    const model = modelOf(
      dense({units: 3, inputShape: [3], activation: 'relu', name: 'hidden'}),
      layers.kan({units: 3}),
    );
    const {changes} = swapActivations(model, () => 'mish');
    expect(changes.map(({layer}) => layer)).toEqual(['hidden']);
  });

  test('activations that are layers keep their names, first ones too', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.reLU({inputShape: [4], name: 'first'}),
        tf.layers.activation({activation: 'relu', name: 'second'}),
      ],
    });
    const {model: swapped} = swapActivations(model, {from: 'relu', to: layers.pelu});
    expect(swapped.layers.map(({name}) => name)).toEqual(['first', 'second']);
    expect(swapped.predict(normal(2, 4))).toBeInstanceOf(tf.Tensor);
  });

  test('channels first: a weight for each channel', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: 3,
          kernelSize: 3,
          activation: 'relu',
          inputShape: [1, 6, 6],
          dataFormat: 'channelsFirst',
        }),
      ],
    });
    const {model: swapped} = swapActivations(model, {from: 'relu', to: layers.prelu});
    expect(swapped.layers[1].getWeights()[0].shape).toEqual([3, 1, 1]);
  });

  test('time-distributed layers, fused or not', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.timeDistributed({
          layer: dense({units: 3, activation: 'relu'}),
          inputShape: [4, 2],
          name: 'steps',
        }),
        tf.layers.timeDistributed({layer: tf.layers.reLU({name: 'inside'}), name: 'steps2'}),
      ],
    });
    const x = normal(5, 4, 2);
    const {model: swapped, changes} = swapActivations(
      model,
      {from: 'relu', to: layers.prelu},
      {preserve: true},
    );
    expect(swapped.layers.map(({name}) => name)).toEqual(['steps', 'steps_prelu', 'steps2']);
    expect(swapped.layers.map(layer => layer.getWeights().map(({shape}) => shape))).toEqual([
      [[2, 3], [3]],
      [[1, 3]],
      [[3]],
    ]);
    expect(changes.map(({error}) => error)).toEqual([0, 0]);
    expect(valuesAt(swapped, x)).toEqual(valuesAt(model, x));
    const fixed = swapActivations(model, {from: 'relu', to: 'mish'}).model;
    expect(fixed.layers).toHaveLength(2);
  });

  test('residual graphs, shared layers and nested models', async () => {
    const [a, b] = [tf.input({shape: [4]}), tf.input({shape: [4]})];
    const shared = dense({units: 4, activation: 'relu', name: 'shared'});
    const inner = tf.sequential({
      name: 'inner',
      layers: [dense({units: 4, activation: 'relu', inputShape: [4], name: 'deep'})],
    });
    const [first, second] = [a, b].map(each => shared.apply(each) as tf.SymbolicTensor);
    const sum = tf.layers.add().apply([first, second, a]) as tf.SymbolicTensor;
    const [third, fourth] = [sum, first].map(each => inner.apply(each) as tf.SymbolicTensor);
    const end = shared.apply(
      tf.layers.add().apply([third, fourth]) as tf.SymbolicTensor,
    ) as tf.SymbolicTensor;
    const model = tf.model({inputs: [a, b], outputs: [end, third]});
    model.compile({
      optimizer: 'adam',
      loss: {shared: 'meanSquaredError', inner: 'meanAbsoluteError'},
    });
    const inputs = [normal(6, 4), normal(6, 4)];
    const {model: swapped, changes} = swapActivations(
      model,
      {from: 'relu', to: layers.prelu},
      {preserve: true},
    );
    expect(changes.map(({layer, newLayer}) => [layer, newLayer])).toEqual([
      ['shared', 'shared_prelu'],
      ['inner/deep', 'inner/deep_prelu'],
    ]);
    expect(valuesAt(swapped, inputs)).toEqual(valuesAt(model, inputs));
    expect(swapped.getLayer('shared_prelu').inboundNodes).toHaveLength(3);
    expect(swapped.outputNames).toEqual(['shared_prelu', 'inner']);
    await swapped.trainOnBatch(inputs, [tf.ones([6, 4]), tf.ones([6, 4])]);
    expect(valuesAt(swapped, inputs)).not.toEqual(valuesAt(model, inputs));
    const again = await reloaded(swapped);
    expect(valuesAt(again, inputs)).toEqual(valuesAt(swapped, inputs));
  });

  test('what an optimizer keeps of other weights, too, is not taken for that of these', async () => {
    const model = modelOf(
      dense({units: 4, activation: 'relu', inputShape: [3]}),
      dense({units: 1, trainable: false}),
      dense({units: 2}),
    );
    model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
    const other = tf.variable(tf.zeros([5, 5]));
    const [x, y] = [normal(16, 3), normal(16, 2)];
    const list = [other, ...model.trainableWeights.map(each => each.read() as tf.Variable)];
    const loss = (): tf.Scalar =>
      tf.losses
        .meanSquaredError(y, model.apply(x) as tf.Tensor)
        .add(tf.sum(other))
        .asScalar();
    model.optimizer.minimize(loss, false, list);
    const {model: swapped} = swapActivations(model, {from: 'relu', to: 'mish'});
    expect(swapped.optimizer.iterations).toBe(0);
    await swapped.trainOnBatch(x, y);
  });

  test("an optimizer of one's own goes on", async () => {
    const model = relus();
    model.compile({optimizer: new Decaying(0.5), loss: 'meanSquaredError'});
    const [x, y] = [normal(4, 6, 6, 1), tf.ones([4, 2])];
    await model.trainOnBatch(x, y);
    const {model: swapped} = swapActivations(model, {from: 'relu', to: 'relu'});
    expect(valuesOf(swapped)).toEqual(valuesOf(model));
    await model.trainOnBatch(x, y);
    await swapped.trainOnBatch(x, y);
    expect(valuesOf(swapped)).toEqual(valuesOf(model));
  });

  test('training goes on: the state of weights that stay is carried', async () => {
    const make = (): tf.Sequential => {
      const model = tf.sequential({
        layers: [dense({units: 4, activation: 'relu', inputShape: [3]}), dense({units: 2})],
      });
      model.compile({optimizer: tf.train.adam(0.01), loss: 'meanSquaredError', metrics: ['mae']});
      return model;
    };
    const model = make();
    const [x, y] = [normal(16, 3), normal(16, 2)];
    for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
    const {model: swapped} = swapActivations(model, {from: 'relu', to: layers.prelu});
    expect(swapped.optimizer.iterations).toBe(5);
    expect(swapped.metricsNames).toEqual(model.metricsNames);
    await model.trainOnBatch(x, y);
    await swapped.trainOnBatch(x, y);
    const [kernel, bias, alpha, lastKernel, lastBias] = swapped.getWeights();
    const weights = [kernel, bias, lastKernel, lastBias].flatMap(each => [...each.dataSync()]);
    const expected = valuesOf(model);
    weights.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 5));
    expect(alpha.shape).toEqual([4]);
    swapped.dispose();
    await model.trainOnBatch(x, y);
  });
});

describe('what it refuses', () => {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({units: 3, inputShape: [4, 2], name: 'memory'}),
      dense({units: 4, activation: 'relu', name: 'hidden'}),
      dense({units: 1, activation: 'tanh', name: 'last'}),
    ],
  });

  test('the activations of recurrent cells, with the reason', () => {
    const {changes, refused} = swapActivations(model, {from: 'tanh', to: 'mish'});
    expect(changes.map(({layer}) => layer)).toEqual(['last']);
    expect(refused).toEqual([
      {layer: 'memory', reason: 'LSTM applies it within its cell, at each time step'},
    ]);
  });

  test('layers that give another shape than they take', () => {
    const gated = modelOf(
      dense({units: 4, inputShape: [2], activation: 'relu'}),
      layers.glu({name: 'gate'}),
    );
    const {refused} = swapActivations(gated, [
      {from: 'relu', to: 'mish'},
      {from: layers.glu, to: 'mish'},
    ]);
    expect(refused).toEqual([{layer: 'gate', reason: 'GLU gives another shape than it takes'}]);
  });

  test('what is within a model that another layer applies', () => {
    const layer = modelOf(dense({units: 2, inputShape: [3], activation: 'relu'}));
    const steps = modelOf(
      tf.layers.timeDistributed({layer, inputShape: [4, 3], name: 'steps'}),
      tf.layers.reLU(),
    );
    const {changes, refused} = swapActivations(steps, prelu);
    expect(changes).toHaveLength(1);
    expect(refused).toEqual([
      {layer: 'steps', reason: 'TimeDistributed applies it within a layer of its own'},
    ]);
  });

  const prelu = {from: 'relu', to: layers.prelu};
  const disposed = tf.sequential({
    layers: [dense({units: 1, inputShape: [1], activation: 'relu'})],
  });
  disposed.dispose();

  test.each<[string, unknown, unknown, unknown, RegExp]>([
    ['no model', {}, prelu, {}, /the model must be a model of tfjs layers, got \{\}/],
    ['an empty model', tf.sequential(), prelu, {}, /is not built/],
    ['a disposed model', disposed, prelu, {}, /has been disposed/],
    [
      'nothing to replace',
      model,
      {from: 'gelu', to: 'mish'},
      {},
      /no rule replaces.*which has hidden \(relu\), last \(tanh\)/,
    ],
    [
      'a rule among others that matches nothing',
      model,
      [prelu, {from: 'gelu', to: 'mish'}],
      {},
      /the rule from gelu matches no activation of the model '.*', which has hidden \(relu\), last/,
    ],
    [
      'a rule that matches nowhere',
      model,
      [prelu, {from: 'relu', to: 'mish', where: ({name}: {name: string}) => name === 'first'}],
      {},
      /the rule from relu matches no activation/,
    ],
    [
      'a factory of no activation',
      model,
      {from: tf.layers.dense, to: 'mish'},
      {},
      /from must be an activation.*got a function/,
    ],
    ['a name', model, {...prelu, args: {name: 'p'}}, {}, /args must not have a name, got 'p'/],
    [
      'only what is refused',
      model,
      {from: 'hardSigmoid', to: 'mish'},
      {},
      /no rule replaces.*memory: LSTM applies it within its cell/,
    ],
    [
      'an unknown activation',
      model,
      {from: 'rulu', to: 'mish'},
      {},
      /from must be an activation.*there is no activation 'rulu'/,
    ],
    [
      'an unknown target',
      model,
      {from: 'relu', to: 'rulu'},
      {},
      /to must be an activation.*there is no activation 'rulu'/,
    ],
    ['no target', model, {from: 'relu'}, {}, /to must be an activation.*got undefined/],
    [
      'an unknown field',
      model,
      {...prelu, when: 1},
      {},
      /unknown field 'when'; accepted: from, to, args, where/,
    ],
    [
      'an unknown argument',
      model,
      {...prelu, args: {alpha: 1}},
      {},
      /PReLU 'hidden': unknown argument 'alpha'/,
    ],
    [
      'a wrong where',
      model,
      {...prelu, where: 'hidden'},
      {},
      /where must be a function, got 'hidden'/,
    ],
    ['no rule', model, 3, {}, /a rule must be an object, got 3/],
    [
      'an unknown option',
      model,
      prelu,
      {keep: true},
      /unknown option 'keep'; accepted: preserve, domain/,
    ],
    [
      'a wrong option',
      model,
      prelu,
      {preserve: 'yes'},
      /preserve must be true or false, got 'yes'/,
    ],
    ['a wrong domain', model, prelu, {preserve: true, domain: [1, 0]}, /domain/],
    [
      'another shape',
      model,
      {from: 'relu', to: layers.crelu},
      {},
      /gives shape \[,4\].*would make it \[,8\]/,
    ],
    ['no layer', model, {from: 'relu', to: () => 3}, {}, /to must make a layer, got 3/],
    ['a wrong decision', model, () => 'rulu', {}, /there is no activation 'rulu'/],
  ])('%s', (_, given, rules, options, message) => {
    expectRefused(() => swapActivations(given as never, rules as never, options as never), message);
  });

  test('weights for a layer that is applied to inputs of different shapes', () => {
    const relu = tf.layers.reLU({name: 'shared'});
    const inputs = [4, 6].map(units => tf.input({shape: [units]}));
    const outputs = inputs.map(input => relu.apply(input) as tf.SymbolicTensor);
    const both = tf.model({inputs, outputs});
    expectRefused(
      () => swapActivations(both, prelu),
      /swapActivations: what stands for the layer 'shared' cannot be applied as that is: .*axis 1/,
    );
    const {changes} = swapActivations(both, {...prelu, args: {sharedAxes: 'all'}});
    expect(changes).toHaveLength(1);
  });

  test('an optimizer that cannot be copied, and leaves nothing', () => {
    class Needy extends tf.SGDOptimizer {
      static override get className(): string {
        return 'NeedyOfTest';
      }
      static override fromConfig(): never {
        throw new Error('a rate is needed');
      }
    }
    const needy = modelOf(dense({units: 2, inputShape: [2], activation: 'relu'}));
    needy.compile({optimizer: new Needy(0.1), loss: 'meanSquaredError'});
    expectRefused(
      () => swapActivations(needy, prelu),
      /swapActivations: the optimizer NeedyOfTest cannot be copied: a rate is needed/,
    );
  });

  test('what cannot be fitted, after all was built, leaves nothing', () => {
    const pole = defineActivation({name: 'poleOfTest', formula: ({x}) => x.sub(1).rsqrt()});
    const failing = modelOf(
      dense({units: 2, inputShape: [2], activation: 'relu'}),
      pole.layer(),
      dense({units: 2}),
    );
    failing.compile({optimizer: 'adam', loss: 'meanSquaredError'});
    const rule = {from: pole, to: 'prelu'};
    expectRefused(
      () => swapActivations(failing, rule, {preserve: true}),
      /prelu cannot be fitted to what the layer '.*' computes: .*a finite number.*, got NaN at -3/,
    );
    const {changes} = swapActivations(failing, rule, {preserve: true, domain: [2, 3]});
    expect(changes[0].domain).toEqual([2, 3]);
  });

  test('a layer that cannot be copied, and leaves nothing', () => {
    class Scale extends tf.layers.Layer {
      static readonly className = 'ScaleOfTest';
      constructor(private readonly factor: number) {
        super({});
        if (typeof factor !== 'number') throw new Error('a factor is needed');
      }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.mul(Array.isArray(inputs) ? inputs[0] : inputs, this.factor);
      }
    }
    const scaled = modelOf(dense({units: 2, inputShape: [2], activation: 'relu'}), new Scale(2));
    expectRefused(
      () => swapActivations(scaled, prelu),
      /the layer '.*' cannot be copied: a factor is needed; getConfig\(\) and fromConfig\(\) of ScaleOfTest/,
    );
  });
});

describe('what is not trained', () => {
  const make = (): tf.Sequential =>
    modelOf(
      dense({units: 3, inputShape: [2], activation: 'relu', name: 'frozen', trainable: false}),
      dense({units: 1, name: 'free'}),
    );

  test('stays so, and the new activation learns', () => {
    const {model: swapped} = swapActivations(make(), {from: 'relu', to: 'prelu'});
    const names = swapped.trainableWeights.map(({originalName}) => originalName);
    expect(names).toEqual(['frozen_prelu/alpha', 'free/kernel', 'free/bias']);
  });

  test('nor does what takes the place of a layer that does not', () => {
    const model = modelOf(
      tf.layers.reLU({inputShape: [3, 2], trainable: false} as never),
      layers.prelu({trainable: false}),
      tf.layers.timeDistributed({layer: layers.prelu({trainable: false})}) as never,
    );
    const {model: swapped} = swapActivations(model, [
      {from: 'relu', to: 'prelu'},
      {from: 'prelu', to: 'srelu'},
    ]);
    expect(swapped.trainableWeights).toEqual([]);
    const {model: learning} = swapActivations(model, [
      {from: 'prelu', to: 'srelu', args: {trainable: true}},
    ]);
    expect(learning.trainableWeights).not.toEqual([]);
  });

  test('a model that is frozen as a whole stays frozen', () => {
    const model = make();
    model.trainable = false;
    const {model: swapped} = swapActivations(model, {from: 'relu', to: 'prelu'});
    expect(swapped.trainableWeights).toEqual([]);
  });
});

test('many units that differ are matched in a moment', () => {
  const layer = layers.prelu({inputShape: [4, 4, 4]});
  const model = modelOf(layer);
  layer.setWeights([tf.randomUniform([4, 4, 4], -1, 1, 'float32', 1)]);
  const input = normal(2, 4, 4, 4);
  const start = performance.now();
  const {model: swapped, changes} = swapActivations(
    model,
    {from: 'prelu', to: 'srelu'},
    {preserve: true},
  );
  expect(performance.now() - start).toBeLessThan(30_000);
  expect(changes[0].error).toBeLessThan(1e-6);
  const [before, after] = [model, swapped].map(each => valuesAt(each, input));
  after.forEach((value, index) => expect(value).toBeCloseTo(before[index], 6));
});
