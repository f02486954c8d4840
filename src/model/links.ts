import type * as tf from '@tensorflow/tfjs';
import {LayersModel} from '@tensorflow/tfjs';
import {graphOf, nodesOf} from '../monitor/flow.js';
import type {Layer} from '../monitor/flow.js';

/** One call of a layer in a model; nested models are taken apart. */
export interface Link {
  readonly layer: Layer;
  readonly inputs: readonly tf.SymbolicTensor[];
  readonly output: tf.SymbolicTensor;
}

/** The calls of the layers of a model and of those nested in it, and what each gives to which. */
export class Links {
  private readonly links: Link[] = [];
  /** What goes by two names where it enters or leaves a nested model. */
  private readonly sources = new Map<tf.SymbolicTensor, tf.SymbolicTensor>();
  private readonly outputs: ReadonlySet<tf.SymbolicTensor>;

  constructor(model: tf.LayersModel) {
    this.add(model);
    this.outputs = new Set(graphOf(model).outputs.map(tensor => this.sourceOf(tensor)));
  }

  private add(model: tf.LayersModel): void {
    for (const {outboundLayer: layer, inputTensors, outputTensors} of nodesOf(graphOf(model))) {
      if (!(layer instanceof LayersModel)) {
        this.links.push({layer, inputs: inputTensors, output: outputTensors[0]});
        continue;
      }
      const inner = graphOf(layer);
      inner.inputs.forEach((tensor, index) => this.sources.set(tensor, inputTensors[index]));
      outputTensors.forEach((tensor, index) => this.sources.set(tensor, inner.outputs[index]));
      this.add(layer);
    }
  }

  private sourceOf(tensor: tf.SymbolicTensor): tf.SymbolicTensor {
    const source = this.sources.get(tensor);
    return source ? this.sourceOf(source) : tensor;
  }

  /** The calls of a layer. */
  callsOf(layer: Layer): Link[] {
    return this.links.filter(link => link.layer === layer);
  }

  /** The call that gives a tensor. (Where it enters the model, that of an `InputLayer`.) */
  giverOf(tensor: tf.SymbolicTensor): Link | undefined {
    const source = this.sourceOf(tensor);
    return this.links.find(({output}) => output === source);
  }

  /** The calls that take a tensor. */
  takersOf(tensor: tf.SymbolicTensor): Link[] {
    const source = this.sourceOf(tensor);
    return this.links.filter(({inputs}) => inputs.some(each => this.sourceOf(each) === source));
  }

  isOutput(tensor: tf.SymbolicTensor): boolean {
    return this.outputs.has(this.sourceOf(tensor));
  }
}
