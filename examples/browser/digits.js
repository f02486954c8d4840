/** The digits network in a page: everything comes from the globals `tf` and `tfActivations`. */
const {ActivationMonitor, defineActivation, kernelTarget, layers} = tfActivations;

const TEST_SHARE = 0.2;
const PIXELS = 64;
const CLASSES = 10;
const BATCH_SIZE = 32;

const element = id => document.getElementById(id);

/** An activation of our own: a line with ripples, whose height is learned. */
const ripple = defineActivation({
  name: 'ripple',
  weights: {a: {initializer: 'ones'}},
  formula: ({x, a}) => x.add(x.sin().mul(a)),
});

/** The rows of the data: 64 pixels from 0 to 16, then the digit. */
async function readRows() {
  const response = await fetch('../data/digits.csv.gz');
  if (!response.ok) throw new Error(`cannot fetch the digits: ${response.status}`);
  const unzipped = response.body.pipeThrough(new DecompressionStream('gzip'));
  const text = await new Response(unzipped).text();
  return text
    .trim()
    .split('\n')
    .map(line => line.split(',').map(Number));
}

function tensorsOf(rows) {
  const digits = tf.tensor1d(
    rows.map(row => row[PIXELS]),
    'int32',
  );
  return {
    x: tf.tensor2d(rows.map(row => row.slice(0, PIXELS))).div(16),
    y: tf.oneHot(digits, CLASSES).toFloat(),
  };
}

function createModel() {
  const dense = (units, seed, args = {}) =>
    tf.layers.dense({units, kernelInitializer: tf.initializers.glorotNormal({seed}), ...args});
  const model = tf.sequential({
    layers: [
      dense(96, 1, {inputShape: [PIXELS]}),
      layers.prelu({name: 'prelu'}),
      dense(48, 2),
      layers.rational({name: 'rational'}),
      dense(48, 3),
      ripple.layer({name: 'ripple'}),
      dense(CLASSES, 4, {activation: 'softmax', name: 'digit'}),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(0.003),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

/** Shows how far the training is, and what it has reached. */
function pageProgress(epochs, batches) {
  let done = 0;
  return new tf.CustomCallback({
    onBatchEnd: async () => {
      done++;
      element('progress').value = done / (batches * epochs);
    },
    onEpochEnd: async (epoch, logs) => {
      const [loss, accuracy] = [logs.loss, logs.val_acc].map(value => value.toFixed(3));
      element('status').textContent =
        `Epoch ${epoch + 1} of ${epochs}: loss ${loss}, test accuracy ${accuracy}`;
    },
  });
}

const COLUMNS = [
  'layer',
  'activation',
  'units',
  'samples',
  'mean',
  'std',
  'slope',
  'dead',
  'saturated',
];

function average(values) {
  const numbers = (values ?? []).filter(Number.isFinite);
  if (numbers.length === 0) return '–';
  return (numbers.reduce((sum, value) => sum + value, 0) / numbers.length).toFixed(2);
}

function addRow(table, kind, cells) {
  const row = table.insertRow();
  for (const cell of cells) {
    const field = document.createElement(kind);
    field.textContent = cell;
    row.append(field);
  }
}

function showReport({layers: watched, findings}) {
  const table = element('layers');
  table.replaceChildren();
  addRow(table, 'th', COLUMNS);
  for (const {name, activation, units, samples, mean, std, slope, dead, saturated} of watched) {
    const averages = [mean, std, slope].map(average);
    const counts = slope ? [dead.length, saturated.length] : ['–', '–'];
    addRow(table, 'td', [name, activation, units, samples, ...averages, ...counts]);
  }
  const items = findings.map(({severity, rule, layer, message}) => {
    const item = document.createElement('li');
    item.textContent = `${severity}: ${rule} in ${layer}: ${message}`;
    return item;
  });
  element('findings').replaceChildren(...items);
}

async function useBackend(name) {
  if (name === 'wasm') {
    tf.wasm.setWasmPaths('../../node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  }
  if (!(await tf.setBackend(name))) throw new Error(`this browser does not start ${name}`);
  await tf.ready();
}

async function train() {
  const epochs = Number(element('epochs').value);
  await useBackend(element('backend').value);
  const rows = await readRows();
  tf.util.shuffle(rows);
  const testCount = Math.round(rows.length * TEST_SHARE);
  const [test, training] = [rows.slice(0, testCount), rows.slice(testCount)].map(tensorsOf);
  const model = createModel();
  const monitor = new ActivationMonitor({reporters: []});
  const batches = Math.ceil(training.x.shape[0] / BATCH_SIZE);
  const history = await model.fit(training.x, training.y, {
    epochs,
    batchSize: BATCH_SIZE,
    validationData: [test.x, test.y],
    callbacks: [pageProgress(epochs, batches), monitor],
  });
  const {val_acc: accuracies} = history.history;
  const share = accuracies[accuracies.length - 1];
  element('status').textContent =
    `${(100 * share).toFixed(1)} % of ${testCount} digits never seen are right ` +
    `(backend ${tf.getBackend()}, kernels: ${kernelTarget(ripple)})`;
  showReport(monitor.report());
  model.dispose();
  tf.dispose([test, training]);
}

element('controls').addEventListener('submit', async event => {
  event.preventDefault();
  const button = event.target.querySelector('button');
  button.disabled = true;
  element('status').textContent = 'Loading …';
  try {
    await train();
    document.body.dataset.state = 'done';
  } catch (error) {
    element('status').textContent = `It failed: ${error.message}`;
    document.body.dataset.state = 'failed';
  } finally {
    button.disabled = false;
  }
});
