import * as tf from '@tensorflow/tfjs';

/** The backends that {@link loadBackend} knows, fastest first. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

interface Candidate {
  name: BackendName;
  packageName?: string;
  /** What to try where the package is installed and does not load. */
  repair?: string;
}

const candidates: Candidate[] = [
  {
    name: 'tensorflow',
    packageName: '@tensorflow/tfjs-node',
    repair: 'npm rebuild @tensorflow/tfjs-node --build-addon-from-source',
  },
  {
    name: 'wasm',
    packageName: '@tensorflow/tfjs-backend-wasm',
    repair: 'npm install --force @tensorflow/tfjs-backend-wasm',
  },
  {name: 'cpu'},
];

class Unavailable extends Error {
  constructor(
    readonly reason: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(reason, {cause});
  }
}

/**
 * Loads the fastest backend that can be had, makes it current, waits until it is ready, and prints
 * which it is: native TensorFlow (`@tensorflow/tfjs-node`), else WebAssembly
 * (`@tensorflow/tfjs-backend-wasm`), else plain JavaScript.
 *
 * The wasm backend runs convolutions and embeddings, but cannot train them; whoever tries is told so,
 * and what to take instead.
 *
 * @param name Accept this backend alone.
 * @returns The name of the current backend.
 * @throws Error where the backend asked for is unknown or cannot be had; it says what to install.
 */
export async function loadBackend(name?: BackendName): Promise<string> {
  const accepted = candidates.filter(candidate => name === undefined || candidate.name === name);
  if (accepted.length === 0) {
    const known = candidates.map(candidate => `'${candidate.name}'`).join(', ');
    throw new Error(`loadBackend: unknown backend ${JSON.stringify(name)}; known are ${known}`);
  }
  const missed: string[] = [];
  for (const candidate of accepted) {
    try {
      await activate(candidate);
    } catch (error) {
      const {reason, remedy} = describe(error, candidate);
      if (name !== undefined) {
        throw new Error(`loadBackend('${name}'): ${reason}. ${remedy}`, {cause: error});
      }
      missed.push(`no ${candidate.name}: ${reason}`);
      continue;
    }
    if (candidate.name === 'wasm') explainMissingGradients();
    console.log(`Backend: ${candidate.name}${missed.length ? ` (${missed.join('; ')})` : ''}`);
    return candidate.name;
  }
  throw new Error(`loadBackend: no backend can be had (${missed.join('; ')})`);
}

async function activate({name, packageName, repair}: Candidate): Promise<void> {
  if (packageName !== undefined) {
    try {
      await import(packageName);
    } catch (error) {
      if (isNotInstalled(error, packageName)) {
        const reason = `${packageName} is not installed`;
        throw new Unavailable(reason, `Run: npm install ${packageName}`, error);
      }
      const reason = `${packageName} is installed but does not load: ${firstLine(error)}`;
      throw new Unavailable(reason, `Run: ${repair}`, error);
    }
  }
  if (!(await tf.setBackend(name))) {
    throw new Unavailable(
      `the ${name} backend does not start on this machine`,
      `See the warning above. Where a file of the package is missing or damaged: ${repair}`,
    );
  }
  await tf.ready();
}

/** The layers whose gradients need kernels that the wasm backend of TensorFlow.js lacks. */
const LAYERS_WITHOUT_GRADIENT: Readonly<Record<string, string>> = {
  Conv2DBackpropFilter: 'conv2d',
  DepthwiseConv2dNativeBackpropFilter: 'depthwiseConv2d and separableConv2d',
  DepthwiseConv2dNativeBackpropInput: 'depthwiseConv2d and separableConv2d',
  UnsortedSegmentSum: 'embedding',
};

/** Where TensorFlow.js would say that some kernel is not registered, says what can be done. */
function explainMissingGradients(): void {
  for (const [kernelName, layers] of Object.entries(LAYERS_WITHOUT_GRADIENT)) {
    if (tf.getKernel(kernelName, 'wasm')) continue;
    const kernelFunc = (): never => {
      throw new Error(
        `The wasm backend cannot train ${layers} layers: TensorFlow.js has no ${kernelName} for it. ` +
          `Take native TensorFlow, loadBackend('tensorflow') after npm install ` +
          `@tensorflow/tfjs-node, or plain JavaScript, loadBackend('cpu')`,
      );
    };
    tf.registerKernel({kernelName, backendName: 'wasm', kernelFunc});
  }
}

function isNotInstalled(error: unknown, packageName: string): boolean {
  const {code, message} = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  const isMissing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
  return isMissing && String(message).includes(`'${packageName}'`);
}

function describe(error: unknown, {packageName}: Candidate): {reason: string; remedy: string} {
  if (error instanceof Unavailable) return error;
  const remedy = `Check that one copy of @tensorflow/tfjs serves ${packageName} (npm ls @tensorflow/tfjs)`;
  return {reason: firstLine(error), remedy};
}

function firstLine(error: unknown): string {
  const line = String((error as Error)?.message ?? error).split('\n')[0];
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
