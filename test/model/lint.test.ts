import * as tf from '@tensorflow/tfjs';
import {initializerFor, layers, lintModel, prelu} from '../../src/index.js';
import type {LintFinding, LintOptions} from '../../src/index.js';
import {lossTraits} from '../../src/model/lint/losses.js';
import {lintRules} from '../../src/model/lint/rules/index.js';
import {HEALTHY, MISTAKES} from '../helpers/lint-models.js';
import type {Case} from '../helpers/lint-models.js';
import {runCode} from '../helpers/run-code.js';

beforeAll(() => tf.setBackend('cpu'));

const found = new Map<Case, LintFinding[]>();

function lint(each: Case): LintFinding[] {
  const known = found.get(each);
  if (known) return known;
  const model = each.model();
  const findings = lintModel(model, each.options);
  model.dispose();
  found.set(each, findings);
  return findings;
}

const shown = (findings: readonly LintFinding[]): string[] =>
  findings.map(({rule, severity, layer, message}) => `${severity} ${rule} ${layer}: ${message}`);

const rulesOf = (findings: readonly LintFinding[]): string[] => findings.map(({rule}) => rule);

describe('planted mistakes', () => {
  test.each(Object.keys(MISTAKES))('%s', name => {
    const findings = lint(MISTAKES[name]);
    expect(rulesOf(findings)).toEqual(expect.arrayContaining([...MISTAKES[name].rules]));
  });

  test('they are many, and of every rule that needs no sample', () => {
    expect(Object.keys(MISTAKES).length).toBeGreaterThanOrEqual(30);
    const planted = new Set(Object.values(MISTAKES).flatMap(({rules}) => rules));
    const others = lintRules.map(({id}) => id).filter(id => !planted.has(id));
    expect(others).toEqual(['initial-loss', 'signal-scale', 'target-range']);
  });

  test('a finding is plain data, with its reasons', () => {
    for (const finding of Object.values(MISTAKES).flatMap(lint)) {
      expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
      const {rule, layer, message, why, reference, evidence, fixes} = finding;
      for (const text of [rule, layer, message, why, reference]) expect(text).toMatch(/\S/);
      expect(Object.keys(evidence).length).toBeGreaterThan(0);
      expect(fixes.length).toBeGreaterThan(0);
    }
  });

  test('the code of the fixes runs', async () => {
    const ran = new Set<string>();
    for (const each of Object.values(MISTAKES)) {
      for (const {code} of lint(each).flatMap(({fixes}) => fixes)) {
        // A name of one's own is in no library.
        if (code === undefined || ran.has(code) || /model\.add\(lintOwn/.test(code)) continue;
        ran.add(code);
        const layerClass = /conv2d/.test(code) ? 'Conv2D' : 'Dense';
        const whole = /model\.compile/.test(code) ? each.model() : undefined;
        await runCode(code, {layerClass}, tf.train.sgd(0.1), whole);
      }
    }
  });
});

describe('the code of a fix', () => {
  const codesOf = (model: tf.LayersModel, rule: string, options: LintOptions = {}): string[] =>
    lintModel(model, options)
      .filter(finding => finding.rule === rule)
      .flatMap(({fixes}) => fixes.map(({code}) => code ?? ''));

  test('it keeps what shapes the outputs of a layer', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: 8,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          inputShape: [8, 8, 1],
        }),
        tf.layers.batchNormalization(),
        tf.layers.reLU(),
      ],
    });
    expect(codesOf(model, 'bias-before-normalization')).toEqual([
      "tf.layers.conv2d({filters: 8, kernelSize: [3, 3], strides: [2, 2], padding: 'same', " +
        'inputShape: [8, 8, 1], useBias: false});',
    ]);
  });

  test('it keeps the size of recurrent layers, and that they return sequences', () => {
    const lstm = tf.layers.lstm({
      units: 5,
      returnSequences: true,
      inputShape: [6, 2],
      dropout: 0.7,
    });
    const model = tf.sequential({layers: [lstm, tf.layers.lstm({units: 3, activation: 'relu'})]});
    const loss = 'categoricalCrossentropy';
    expect(codesOf(model, 'unbounded-recurrent')).toEqual([
      "tf.layers.lstm({units: 3, activation: 'tanh'});",
    ]);
    expect(codesOf(model, 'dropout-rate')).toEqual([
      'tf.layers.lstm({units: 5, returnSequences: true, inputShape: [6, 2], dropout: 0.3});',
    ]);
    expect(codesOf(model, 'output-activation', {loss})).toEqual([
      "tf.layers.lstm({units: 3, activation: 'softmax'});",
    ]);
  });

  test('it keeps what is around a layer', () => {
    const inner = tf.layers.gru({units: 4, dropout: 0.6}) as tf.RNN;
    const first = {mergeMode: 'sum', inputShape: [5, 2]} as const;
    const model = tf.sequential({
      layers: [tf.layers.bidirectional({layer: inner, ...first} as never)],
    });
    expect(codesOf(model, 'dropout-rate')).toEqual([
      "tf.layers.bidirectional({layer: tf.layers.gru({units: 4, dropout: 0.4}), mergeMode: 'sum', " +
        'inputShape: [5, 2]});',
    ]);
  });

  test('of several layers it mends each, and no more has to be said', () => {
    const model = MISTAKES['MPELU by LeCun, twelve layers'].model();
    const [{fixes}] = lintModel(model).filter(({rule}) => rule === 'kernel-initializer');
    expect(fixes[0]).toEqual({
      title: 'Start the kernel at the scale of the activation, in each of 11 layers',
      code: "tf.layers.dense({units: 64, kernelInitializer: initializerFor('mpelu')});",
    });
    const mended = Array.from({length: 12}, () => [
      tf.layers.dense({units: 64, kernelInitializer: initializerFor('mpelu')}),
      layers.mpelu(),
    ]).flat();
    const again = tf.sequential({layers: [tf.layers.inputLayer({inputShape: [64]}), ...mended]});
    expect(lintModel(again)).toEqual([]);
  });

  test('it keeps the options of activations, by layer and by name', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({units: 64, inputShape: [2]}),
        layers.sine({w0: 10}),
        tf.layers.dense({units: 64, kernelInitializer: 'heNormal'}),
        layers.sine({w0: 10}),
        tf.layers.dense({units: 1}),
      ],
    });
    const [initializer, normalization] = codesOf(model, 'kernel-initializer');
    expect(initializer).toMatch(/initializerFor\(sine\.layer\(\{w0: 10\}\)\)/);
    expect(normalization).toMatch(/model\.add\(sine\.layer\(\{w0: 10\}\)\);$/);
    const byName = MISTAKES['batch normalization behind ReLU6 by name'].model();
    expect(codesOf(byName, 'normalization-after-activation')[0].split('\n')).toEqual([
      'model.add(tf.layers.dense({units: 32, useBias: false}));',
      'model.add(tf.layers.batchNormalization());',
      "model.add(tf.layers.activation({activation: 'relu6'}));",
    ]);
  });

  test('a learned activation keeps what it shares', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({filters: 8, kernelSize: 3, inputShape: [8, 8, 1]}),
        layers.prelu({sharedAxes: [1, 2], alphaRegularizer: tf.regularizers.l2({l2: 0.1})}),
      ],
    });
    expect(codesOf(model, 'decayed-activation-weights')).toEqual([
      'model.add(prelu.layer({sharedAxes: [1, 2]}));',
    ]);
  });

  test('an output keeps its activation when its kernel starts smaller', () => {
    const [code] = codesOf(
      MISTAKES['a last kernel that starts sure'].model(),
      'kernel-initializer',
    );
    expect(code).toBe(
      "tf.layers.dense({units: 5, activation: 'softmax', kernelInitializer: 'glorotNormal'});",
    );
  });

  test('another loss leaves those of other outputs as they are', () => {
    const {model, options} = MISTAKES['one of two outputs'];
    const made = model();
    const [, code] = codesOf(made, 'output-activation', options);
    const loss = "{first: 'categoricalCrossentropy', second: tf.losses.sigmoidCrossEntropy}";
    expect(code).toBe(`model.compile({optimizer: 'adam', loss: ${loss}});`);
    const ofSgd = {...options, optimizer: tf.train.sgd(0.1)};
    expect(codesOf(made, 'output-activation', ofSgd)[1]).toMatch(
      /optimizer: tf\.train\.sgd\(0\.1\)/,
    );
    made.compile({optimizer: 'adam', loss: options.loss as Record<string, string>});
    expect(codesOf(made, 'output-activation')[1]).toBe(
      `const {optimizer, metrics} = model;\nmodel.compile({optimizer, loss: ${loss}, metrics});`,
    );
    const own = (y: tf.Tensor, p: tf.Tensor): tf.Tensor => tf.mean(tf.sub(y, p));
    const second = 'binaryCrossentropy';
    expect(codesOf(made, 'output-activation', {loss: {first: own, second}})[1]).toBe('');
  });

  test('no loss is offered that does not take the targets, or is there already', () => {
    const titlesOf = (model: tf.LayersModel, loss: string): string[] =>
      lintModel(model, {loss}).flatMap(({fixes}) => fixes.map(({title}) => title));
    const sigmoids = MISTAKES['sigmoid on many classes'].model();
    expect(titlesOf(sigmoids, 'sparseCategoricalCrossentropy')).toEqual(['Use softmax there']);
    const one = MISTAKES['softmax over one unit'].model();
    expect(titlesOf(one, 'binaryCrossentropy')).toEqual(['Use sigmoid there']);
  });

  test('a softmax goes behind a layer that changes the last axis', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({units: 12, inputShape: [5]}),
        tf.layers.reshape({targetShape: [4, 3]}),
      ],
    });
    const [code] = codesOf(model, 'output-activation', {loss: 'categoricalCrossentropy'});
    expect(code).toBe("model.add(tf.layers.activation({activation: 'softmax'}));");
  });

  test('a rate within a parameter group stays in one', () => {
    const {model, options} = MISTAKES['Adam with the rate of SGD in a parameter group'];
    expect(codesOf(model(), 'learning-rate', options)).toEqual([
      'const optimizer = activationParameterGroup(tf.train.adam(0.001), {learningRate: 0.1, decay: 0});',
    ]);
  });
});

describe('healthy architectures', () => {
  test.each(Object.keys(HEALTHY))('%s', name => {
    const findings = lint(HEALTHY[name]).filter(({severity}) => severity !== 'info');
    expect(shown(findings)).toEqual([]);
  });

  test('they are many, and hardly anything is said of them', () => {
    expect(Object.keys(HEALTHY).length).toBeGreaterThanOrEqual(15);
    expect(shown(Object.values(HEALTHY).flatMap(lint)).length).toBeLessThanOrEqual(5);
  });
});

describe('what a model was compiled with', () => {
  const small = (): tf.Sequential =>
    tf.sequential({layers: [tf.layers.dense({units: 1, inputShape: [3], name: 'last'})]});

  test('it is the default', () => {
    const model = small();
    expect(lintModel(model)).toEqual([]);
    model.compile({loss: 'binaryCrossentropy', optimizer: tf.train.adam(0.5)});
    expect(rulesOf(lintModel(model))).toEqual(['output-activation', 'learning-rate']);
  });

  test('options come before it', () => {
    const model = small();
    model.compile({loss: 'binaryCrossentropy', optimizer: tf.train.adam(0.5)});
    expect(lintModel(model, {loss: 'meanSquaredError', optimizer: 'adam'})).toEqual([]);
  });

  test('nothing is known of a loss of one’s own', () => {
    const model = small();
    const loss = (y: tf.Tensor, p: tf.Tensor): tf.Tensor => tf.mean(tf.sub(y, p));
    expect(lintModel(model, {loss})).toEqual([]);
    const made = (): tf.Tensor => {
      tf.ones([3]);
      throw new Error('made for four columns');
    };
    const {numTensors} = tf.memory();
    expect(lintModel(model, {loss: made})).toEqual([]);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('a loss of one’s own that computes a known one is judged as that', () => {
    const model = MISTAKES['softmax before a loss on logits'].model();
    const loss = (y: tf.Tensor, p: tf.Tensor): tf.Tensor => tf.losses.softmaxCrossEntropy(y, p);
    expect(lintModel(model, {loss})).toMatchObject([
      {rule: 'output-activation', evidence: {loss: 'tf.losses.softmaxCrossEntropy'}},
    ]);
    const half = (y: tf.Tensor, p: tf.Tensor): tf.Tensor => tf.mul(loss(y, p), 0.5);
    expect(lintModel(model, {loss: half})).toEqual([]);
  });

  test('no two known losses are taken for each other', () => {
    const named = {
      softmaxCrossEntropy: tf.losses.softmaxCrossEntropy,
      sigmoidCrossEntropy: tf.losses.sigmoidCrossEntropy,
      meanSquaredError: tf.losses.meanSquaredError,
      absoluteDifference: tf.losses.absoluteDifference,
      huberLoss: tf.losses.huberLoss,
      hingeLoss: tf.losses.hingeLoss,
      categoricalCrossentropy: tf.metrics.categoricalCrossentropy,
    };
    for (const [name, known] of Object.entries(named)) {
      const own = (y: tf.Tensor, p: tf.Tensor): tf.Tensor => known(y as never, p as never);
      expect(lossTraits(own)?.name).toMatch(new RegExp(`${name}$`));
    }
  });

  test('softmax over one unit is wrong whatever the loss', () => {
    const model = MISTAKES['softmax over one unit'].model();
    expect(rulesOf(lintModel(model))).toEqual(['output-activation']);
  });

  test('with classes, squares of probabilities are told', () => {
    const model = MISTAKES['sigmoid before hinge'].model();
    const loss = 'meanSquaredError';
    expect(lintModel(model, {loss})).toEqual([]);
    expect(rulesOf(lintModel(model, {loss, classes: 2}))).toEqual(['output-activation']);
  });

  test('layers added later are seen', () => {
    const model = small();
    expect(lintModel(model)).toEqual([]);
    model.add(tf.layers.dense({units: 1}));
    expect(rulesOf(lintModel(model))).toEqual(['linear-stack']);
  });

  test('a loss may be given for each output, in order or by name', () => {
    const {model, options} = MISTAKES['one of two outputs'];
    const made = model();
    const losses = Object.values(options.loss as Record<string, string>);
    const expected = [expect.objectContaining({rule: 'output-activation', layer: 'second'})];
    expect(lintModel(made, {loss: losses})).toEqual(expected);
    expect(lintModel(made, {loss: {second: losses[1]}})).toEqual(expected);
  });
});

describe('kernels that start alike', () => {
  test.each<[string, 'error' | 'warning', RegExp]>([
    ['a kernel of zeros', 'error', /all start alike, by Zeros, where relu has no slope/],
    ['zeros before a normalization and ReLU', 'error', /where relu has no slope/],
    ['ones before ones', 'error', /and so does dense_.*: they stay alike/],
    ['a kernel of ones', 'warning', /all start alike, by Ones/],
  ])('%s: %s', (name, severity, message) => {
    const [finding] = lint(MISTAKES[name]).filter(({rule}) => rule === 'identical-kernels');
    expect(finding.severity).toBe(severity);
    expect(finding.message).toMatch(message);
  });
});

describe('nested models and shared layers', () => {
  test('what is within a nested model goes by its path, and what is around is seen', () => {
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        tf.layers.dense({units: 8, inputShape: [4], activation: 'relu', name: 'first'}),
        tf.layers.dense({units: 8, name: 'linear'}),
      ],
    });
    const input = tf.input({shape: [4]});
    const middle = inner.apply(input) as tf.SymbolicTensor;
    const output = tf.layers.dense({units: 8, name: 'outside'}).apply(middle);
    const model = tf.model({inputs: input, outputs: output as tf.SymbolicTensor});
    const [finding] = lintModel(model);
    expect(finding).toMatchObject({
      rule: 'linear-stack',
      layer: 'inner/linear',
      evidence: {next: 'outside'},
    });
  });

  test('a shared layer is told of once', () => {
    const shared = layers.prelu({name: 'shared'});
    const input = tf.input({shape: [4, 4, 2]});
    const first = shared.apply(input);
    const output = shared.apply(first) as tf.SymbolicTensor;
    const found = lintModel(tf.model({inputs: input, outputs: output}));
    expect(found.filter(({rule}) => rule === 'weights-per-position')).toHaveLength(1);
  });
});

test.each([
  ['selu', 'leCunNormal'],
  ['tanh', 'glorotNormal'],
  ['relu', 'heNormal'],
])('a kernel of zeros behind %s is told to start by %s', (activation, initializer) => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 8,
        inputShape: [4],
        activation: activation as 'relu',
        kernelInitializer: 'zeros',
      }),
      tf.layers.dense({units: 1}),
    ],
  });
  const finding = lintModel(model).find(({rule}) => rule === 'identical-kernels')!;
  expect(finding.fixes[0].code).toContain(`kernelInitializer: '${initializer}'`);
});

describe('a sample', () => {
  const rows = (count: number, size: number): tf.Tensor =>
    tf.randomNormal([count, size], 0, 1, 'float32', 7);
  const classifier = (stddev = 0.05): tf.Sequential =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          units: 32,
          inputShape: [20],
          activation: 'relu',
          kernelInitializer: 'heNormal',
          name: 'hidden',
        }),
        tf.layers.dense({
          units: 5,
          activation: 'softmax',
          kernelInitializer: tf.initializers.randomNormal({stddev}),
          name: 'last',
        }),
      ],
    });
  const oneHot = (): tf.Tensor => tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 0, 1, 2], 'int32'), 5);
  const loss = 'categoricalCrossentropy';

  test('a healthy start is near ln K', () => {
    expect(lintModel(classifier(), {loss, sample: {x: rows(8, 20), y: oneHot()}})).toEqual([]);
    const y = tf.tensor2d([0, 1, 2, 3, 4, 0, 1, 2], [8, 1]);
    const sparse = 'sparseCategoricalCrossentropy';
    expect(lintModel(classifier(), {loss: sparse, sample: {x: rows(8, 20), y}})).toEqual([]);
  });

  test('logits of a usual deep network are no mistake', () => {
    // Logits of a standard deviation of about 2 make a loss of about ln 5 + 2.
    const y = tf.oneHot(tf.range(0, 64, 1, 'int32').mod(tf.scalar(5, 'int32')).toInt(), 5);
    const spread = tf.sequential({
      layers: [
        tf.layers.dense({
          units: 5,
          inputShape: [20],
          activation: 'softmax',
          kernelInitializer: tf.initializers.randomNormal({stddev: 2.2 / Math.sqrt(20), seed: 1}),
        }),
      ],
    });
    expect(lintModel(spread, {loss, sample: {x: rows(64, 20), y}})).toEqual([]);
  });

  test('a first loss far above ln K is told', () => {
    const found = lintModel(classifier(20), {loss, sample: {x: rows(8, 20), y: oneHot()}});
    const finding = found.find(({rule}) => rule === 'initial-loss')!;
    expect(finding).toMatchObject({layer: 'last', severity: 'warning', evidence: {classes: 5}});
    expect(finding.evidence.expected).toBeCloseTo(Math.log(5), 6);
  });

  test('the last kernel is told to start smaller where it is large, inputs where they are multiplied', () => {
    const words = (stddev: number): tf.Sequential =>
      tf.sequential({
        layers: [
          tf.layers.embedding({
            inputDim: 9,
            outputDim: 4,
            inputLength: 3,
            embeddingsInitializer: tf.initializers.randomNormal({stddev: 1000, seed: 1}),
          }),
          tf.layers.flatten(),
          tf.layers.dense({
            units: 5,
            activation: 'softmax',
            kernelInitializer: tf.initializers.randomNormal({stddev, seed: 2}),
          }),
        ],
      });
    const titles = (model: tf.LayersModel, x: tf.Tensor): (string | undefined)[] =>
      lintModel(model, {loss, sample: {x, y: oneHot()}})
        .find(({rule}) => rule === 'initial-loss')!
        .fixes.map(({title}) => title);
    const x = tf.ones([8, 3], 'int32');
    expect(titles(words(20), x)).toEqual(['Start the last kernel smaller']);
    expect(titles(words(0.2), x)).toEqual([expect.stringContaining('belong together')]);
    expect(titles(classifier(20), rows(8, 20))).toEqual([
      expect.stringContaining('Scale the inputs'),
      'Start the last kernel smaller',
    ]);
  });

  test('targets of another number of classes than the outputs are told, with all else', () => {
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 0, 1, 2], 'int32'), 6);
    const sample = {x: rows(8, 20).mul(100), y};
    const found = lintModel(classifier(), {loss, sample});
    expect(rulesOf(found)).toEqual(['output-units', 'signal-scale']);
    expect(found[0].evidence).toMatchObject({units: 5, classes: 6});
    expect(lintModel(classifier(), {loss, sample, classes: 6})).toEqual(found);
    expect(() => lintModel(classifier(), {loss, sample, classes: 5})).toThrow(
      'must have the shape [8, 5], got [8, 6]',
    );
  });

  test.each([[8], [8, 1]])(
    'indices for a loss that takes none name the one that does: %p, %p',
    (...shape) => {
      const sample = {x: rows(8, 20), y: tf.zeros(shape)};
      expect(() => lintModel(classifier(), {loss, sample})).toThrow(
        /must have the shape \[8, 5\], got .*; for indices of classes the loss is sparse/,
      );
    },
  );

  test('targets far from where the outputs start are told', () => {
    const find = (y: tf.Tensor, args: object = {}): LintFinding[] => {
      const last = tf.layers.dense({units: 1, inputShape: [20], ...args});
      const model = tf.sequential({layers: [last]});
      return lintModel(model, {loss: 'meanSquaredError', sample: {x: rows(4, 20), y}});
    };
    const prices = tf.tensor2d([2100, 2900, 3400, 3050], [4, 1]);
    const biasInitializer = tf.initializers.constant({value: 3000});
    const [finding] = find(prices);
    expect(finding).toMatchObject({
      rule: 'target-range',
      severity: 'warning',
      message: expect.stringContaining('2100 … 3400') as string,
    });
    expect(finding.fixes[0].code).toContain('tf.moments(y, 0)');
    expect(rulesOf(find(prices, {activation: 'softplus'}))).toContain('target-range');
    expect(find(prices.div(100))).toEqual([]);
    expect(find(prices.div(20).add(2900), {biasInitializer})).toEqual([]);
  });

  test('inputs that are not scaled are told', () => {
    const x = tf.randomUniform([8, 20], 0, 255);
    const found = lintModel(classifier(), {loss, sample: {x, y: oneHot()}});
    expect(rulesOf(found)).toContain('signal-scale');
  });

  test('signals that explode on their way are told, and numbers that are not finite', () => {
    const deep = (stddev: number): tf.Sequential => {
      const kernelInitializer = tf.initializers.randomNormal({stddev, seed: 1});
      const hidden = Array.from({length: 4}, () =>
        tf.layers.dense({units: 64, activation: 'relu', kernelInitializer}),
      );
      return tf.sequential({
        layers: [tf.layers.inputLayer({inputShape: [64]}), ...hidden, tf.layers.dense({units: 1})],
      });
    };
    const sample = {x: rows(8, 64), y: tf.zeros([8, 1])};
    const find = (model: tf.LayersModel, given: LintOptions['sample']): LintFinding | undefined =>
      lintModel(model, {loss: 'meanSquaredError', sample: given}).find(
        ({rule}) => rule === 'signal-scale',
      );
    expect(find(deep(3), sample)).toMatchObject({severity: 'warning'});
    expect(find(deep(0.002), sample)?.message).toMatch(/shrink/);
    expect(find(deep(0.18), sample)).toBeUndefined();
    const x = tf.fill([8, 64], NaN);
    expect(find(deep(0.18), {...sample, x})).toMatchObject({severity: 'error'});
  });

  test('targets that the outputs cannot reach, or the loss does not take, are told', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({
          units: 1,
          inputShape: [3],
          activation: 'sigmoid',
          kernelInitializer: 'zeros',
        }),
      ],
    });
    const x = rows(4, 3);
    const prices = tf.tensor2d([10, 200, 30, 5], [4, 1]);
    const signs = tf.tensor2d([-1, 1, 1, -1], [4, 1]);
    const labels = tf.tensor2d([0, 1, 1, 0], [4, 1]);
    const check = (given: string, y: tf.Tensor): string[] =>
      rulesOf(lintModel(model, {loss: given, sample: {x, y}}));
    expect(check('meanSquaredError', prices)).toContain('target-range');
    expect(check('meanSquaredError', labels)).toEqual([]);
    expect(check('binaryCrossentropy', signs)).toContain('target-range');
    expect(check('binaryCrossentropy', labels)).toEqual([]);
    const margins = tf.sequential({layers: [tf.layers.dense({units: 1, inputShape: [3]})]});
    const hinge = (y: tf.Tensor): LintFinding[] =>
      lintModel(margins, {loss: 'hinge', sample: {x, y}});
    expect(hinge(labels)).toMatchObject([{rule: 'target-range', severity: 'warning'}]);
    expect(hinge(signs)).toEqual([]);
  });

  test('of the range of a tanh, half that is not used is told', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({units: 2, inputShape: [3], activation: 'tanh'})],
    });
    const find = (y: tf.Tensor): LintFinding[] =>
      lintModel(model, {loss: 'meanSquaredError', sample: {x: rows(2, 3), y}});
    expect(find(tf.tensor2d([0, 0.5, 1, 0.2], [2, 2]))).toMatchObject([
      {rule: 'target-range', severity: 'info'},
    ]);
    expect(find(tf.tensor2d([-0.5, 0.5, 1, 0.2], [2, 2]))).toEqual([]);
    const [{fixes}] = find(tf.tensor2d([0, 255, 9, 8], [2, 2]));
    expect(fixes[1].code).toMatch(/\.mul\(2\)\.add\(-1\);$/);
  });

  test('numbers that are looked up need no scale', () => {
    const {model, options} = HEALTHY['sentences by averaged embeddings'];
    const {sample} = options;
    expect(lintModel(model(), {sample})).toEqual([]);
    const unscaled = tf.sequential({
      layers: [tf.layers.dropout({rate: 0.1, inputShape: [50]}), tf.layers.dense({units: 1})],
    });
    expect(rulesOf(lintModel(unscaled, {sample}))).toEqual(['signal-scale']);
  });

  test('batch normalizations are tried as they are in training, and learn nothing', () => {
    const normalization = tf.layers.batchNormalization();
    const model = tf.sequential({
      layers: [
        tf.layers.dense({units: 32, inputShape: [20], name: 'first'}),
        tf.layers.activation({activation: 'relu'}),
        tf.layers.dense({
          units: 32,
          useBias: false,
          kernelInitializer: tf.initializers.randomNormal({stddev: 50}),
        }),
        normalization,
        tf.layers.dense({units: 5, activation: 'softmax'}),
      ],
    });
    const before = normalization.getWeights().map(weight => weight.arraySync());
    const sample = {x: rows(8, 20), y: oneHot()};
    expect(rulesOf(lintModel(model, {loss, sample}))).not.toContain('initial-loss');
    expect(normalization.getWeights().map(weight => weight.arraySync())).toEqual(before);
  });

  test('an index beyond the classes is told', () => {
    const y = tf.tensor2d([0, 1, 2, 3, 5, 0, 1, 2], [8, 1]);
    const sparse = 'sparseCategoricalCrossentropy';
    const found = lintModel(classifier(), {loss: sparse, sample: {x: rows(8, 20), y}});
    expect(found).toMatchObject([{rule: 'target-range', evidence: {accepted: [0, 4]}}]);
  });

  test('the code of its fixes runs', async () => {
    const x = tf.randomUniform([8, 20], 0, 255);
    const y = tf.mul(oneHot(), 3);
    const found = lintModel(classifier(20), {loss, sample: {x, y}});
    expect(new Set(rulesOf(found)).size).toBeGreaterThan(2);
    for (const {code} of found.flatMap(({fixes}) => fixes)) {
      if (code) await runCode(code, {layerClass: 'Dense'}, tf.train.sgd(0.1));
    }
  });
});

describe('a model is left as it was', () => {
  test.each(Object.keys(HEALTHY))('%s: no tensor is left behind, no weight moves', name => {
    const {model, options} = HEALTHY[name];
    const made = model();
    const before = made.getWeights().map(weight => weight.arraySync());
    const config = JSON.stringify(made.getConfig());
    const {numTensors} = tf.memory();
    lintModel(made, options);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(made.getWeights().map(weight => weight.arraySync())).toEqual(before);
    expect(JSON.stringify(made.getConfig())).toBe(config);
    made.dispose();
  });

  test('a sample leaves nothing behind either, whatever is thrown', () => {
    const broken = prelu.layer({name: 'broken'});
    const model = tf.sequential({
      layers: [tf.layers.dense({units: 2, inputShape: [3]}), broken],
    });
    const sample = {x: tf.ones([4, 3]), y: tf.ones([4, 2])};
    const loss = 'meanSquaredError';
    const {numTensors} = tf.memory();
    lintModel(model, {loss, sample});
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
    const own = (): tf.Tensor => {
      throw new Error('no luck');
    };
    broken.call = own;
    expect(() => lintModel(model, {loss, sample})).toThrow('no luck');
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(broken.call).toBe(own);
    expect(Object.hasOwn(model.layers[0], 'call')).toBe(false);
  });
});

describe('what cannot be checked says so', () => {
  const model = tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [3]})]});
  const x = tf.ones([4, 3]);
  const y = tf.ones([4, 2]);
  const loss = 'meanSquaredError';
  const gone = (): tf.Tensor => {
    const tensor = tf.ones([4, 3]);
    tensor.dispose();
    return tensor;
  };

  test.each<[string, unknown, RegExp]>([
    ['no model', undefined, /lintModel: the model must be a model of tfjs layers, got undefined/],
    ['a layer', tf.layers.dense({units: 1}), /lintModel: the model must be a model/],
    ['an empty model', tf.sequential({name: 'empty'}), /lintModel: the model 'empty' is not built/],
  ])('%s', (_, given, message) => {
    expect(() => lintModel(given as tf.LayersModel)).toThrow(message);
  });

  test('a disposed model', () => {
    const disposed = tf.sequential({
      name: 'gone',
      layers: [tf.layers.dense({units: 2, inputShape: [3]})],
    });
    disposed.dispose();
    expect(() => lintModel(disposed)).toThrow("lintModel: the model 'gone' has been disposed");
  });

  test.each<[string, unknown, RegExp]>([
    ['options that are none', 3, /the options must be an object, got 3/],
    ['an unknown option', {lose: 'x'}, /unknown option 'lose'; accepted: loss, optimizer, classes/],
    ['an unknown loss', {loss: 'mse2'}, /loss must be a function or one of .*, got 'mse2'/],
    ['a loss of another kind', {loss: 3}, /loss must be a function or one of .*, got 3/],
    ['too many losses', {loss: [loss, loss]}, /loss has 2 entries, but the model .* has 1 output/],
    ['a loss of no output', {loss: {other: loss}}, /unknown output in loss 'other'/],
    ['an unknown optimizer', {optimizer: 'adamw'}, /optimizer must be .*, got 'adamw'/],
    ['a class', {classes: 1}, /classes must be a whole number of at least 2, got 1/],
    ['no sample', {sample: null}, /sample must be an object, got null/],
    ['inputs alone', {sample: {x}}, /sample.y must be a tensor/],
    ['inputs that are gone', {sample: {x: gone(), y}}, /sample.x must be a tensor, not disposed/],
    ['more than a sample', {sample: {x, y, z: y}}, /unknown field of sample 'z'/],
    ['inputs of another shape', {sample: {x: y, y}}, /sample.x, .* \[any, 3\], got \[4, 2\]/],
    [
      'ones and zeros where indices are taken',
      {loss: 'sparseCategoricalCrossentropy', sample: {x, y: tf.ones([4, 2])}},
      /sample.y, .* \[4\] or \[4, 1\], since the loss takes indices of classes, got \[4, 2\]/,
    ],
    ['targets of another shape', {loss, sample: {x, y: x}}, /sample.y, .* \[4, 2\], got \[4, 3\]/],
  ])('%s', (_, options, message) => {
    const {numTensors} = tf.memory();
    expect(() => lintModel(model, options as LintOptions)).toThrow(message);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('inputs of a different number of examples', () => {
    const inputs = [3, 4].map(size => tf.input({shape: [size]}));
    const joined = tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor;
    const two = tf.model({inputs, outputs: joined});
    const sample = {x: [tf.ones([4, 3]), tf.ones([5, 4])], y: tf.ones([4, 7])};
    expect(() => lintModel(two, {loss, sample})).toThrow(
      /must have the shape \[4, 4\], got \[5, 4\]/,
    );
  });

  test('a sample for a stateful model', () => {
    const recurrent = tf.sequential({
      layers: [tf.layers.lstm({units: 2, stateful: true, batchInputShape: [4, 5, 3]})],
    });
    const sample = {x: tf.ones([4, 5, 3]), y};
    expect(() => lintModel(recurrent, {loss, sample})).toThrow(/it is stateful/);
    expect(lintModel(recurrent, {loss})).toEqual([]);
  });
});
