import {describe} from '../errors.js';
import {plain} from './config.js';
import {endsOf, nodesOf, reachable} from './graph.js';
import {isObject, objectsOf, without} from './json.js';
import type {Json, JsonObject} from './json.js';
import {classOf, configOf, labelOf, nameOf, repairInner, repairLayer} from './layer.js';
import {fromKeras2} from './operation.js';
import {kerasSnakeCase} from './python-names.js';
import type {KerasVersion} from './version.js';
import type {WeightHolder} from './weights.js';

/** What is known while the models within a file are repaired. */
interface Context {
  readonly version: KerasVersion;
  /** The names of all layers so far: TensorFlow.js tells the weights of one file by them alone. */
  readonly names: Set<string>;
  readonly holders: WeightHolder[];
}

/** Where a layer stands. */
interface Place {
  /** The names of the models around it. */
  readonly names: readonly string[];
  /** As `WeightHolder.place`. */
  readonly path: string;
}

/** The layers of a file that has weights, and its topology as TensorFlow.js reads it. */
export interface RepairedModel {
  readonly model: JsonObject;
  readonly holders: readonly WeightHolder[];
}

/** @throws if the model, or anything in it, has no counterpart in TensorFlow.js. */
export function repairModel(saved: JsonObject, version: KerasVersion): RepairedModel {
  const model = plain(saved) as JsonObject;
  if (typeof model.class_name !== 'string' || savedLayers(model) === undefined) {
    throw new Error(
      `kerasModel: the topology is ${describe(saved)}; accepted: a Sequential or Functional model, ` +
        'which has a class_name, and layers in its config',
    );
  }
  const context = {version, names: new Set<string>(), holders: []};
  return {
    model: repairContainer(model, context, {names: [], path: ''}),
    holders: context.holders,
  };
}

/** The layers of a model, undefined for a layer that is none. */
function savedLayers({config}: JsonObject): JsonObject[] | undefined {
  if (Array.isArray(config)) return objectsOf(config);
  return isObject(config) && Array.isArray(config.layers) ? objectsOf(config.layers) : undefined;
}

type NamedLayer = JsonObject & {readonly name: string};

/** A layer of a model as TensorFlow.js reads it. */
interface Member {
  readonly layer: JsonObject;
  /** The name that it has now. */
  readonly name: string;
  /** The layers that do a part of what it did in Keras, each after the other. */
  readonly following: readonly NamedLayer[];
  readonly isModel: boolean;
}

function repairContainer(model: JsonObject, context: Context, place: Place): JsonObject {
  const isSequential = !isObject(model.config) || model.config.input_layers === undefined;
  const config = isSequential
    ? repairSequential(model, context, place)
    : repairFunctional(configOf(model), context, place);
  return {...model, class_name: classOf(labelOf(model), model), config};
}

function repairSequential(model: JsonObject, context: Context, place: Place): JsonObject {
  const {name, trainable, build_input_shape: inputShape} = configOf(model);
  const saved = savedLayers(model) ?? [];
  const members = membersOf(saved, context, place);
  const layers = members.flatMap(({layer, following}) => [layer, ...following]);
  const config: JsonObject = {layers: withInput(layers, inputShape)};
  if (name !== undefined) config.name = name;
  if (trainable !== undefined) config.trainable = trainable;
  return config;
}

/** Keras builds a model that states no shape for its inputs when it sees some, and saves that shape. */
function withInput(layers: JsonObject[], inputShape: Json | undefined): JsonObject[] {
  const [first] = layers;
  if (first === undefined || !Array.isArray(inputShape) || savedLayers(first)) return layers;
  const config = configOf(first);
  if (first.class_name === 'InputLayer' || config.batch_input_shape !== undefined) return layers;
  const shaped = {...first, config: {...config, batch_input_shape: inputShape}};
  return [shaped, ...layers.slice(1)];
}

function repairFunctional(config: JsonObject, context: Context, place: Place): JsonObject {
  const {version} = context;
  const {input_layers: inputs = [], output_layers: outputs = []} = config;
  const all = objectsOf(config.layers).map(fromKeras2);
  const saved = version === 3 ? reachable(all, [inputs, outputs]) : all;
  const members = membersOf(saved, context, place);
  const references = new Map(
    saved.map((layer, index) => {
      const {name, following, isModel} = members[index];
      return [
        nameOf(layer),
        {
          name: following.at(-1)?.name ?? name,
          offset: isModel ? offsetOf(version) : 0,
          offsetAtEnds: isModel && layer.class_name === 'Sequential' ? offsetOf(version) : 0,
        },
      ];
    }),
  );
  const layers = saved.flatMap((layer, index) => {
    const {layer: repaired, name, following} = members[index];
    const nodes = nodesOf(labelOf(layer), layer, references);
    const isDifference = layer.class_name === 'Subtract' && repaired.class_name === 'Add';
    const result = isDifference
      ? sumWithNegative(labelOf(layer), repaired, nodes, negativeName(name, context, place))
      : [{...repaired, name, inbound_nodes: nodes}];
    let previous = name;
    const chain = following.map(each => {
      const inbound = nodes.map((_, node) => [[previous, node, 0, {}]]);
      previous = each.name;
      return {...each, inbound_nodes: inbound};
    });
    return [...result, ...chain];
  });
  const {name, trainable} = config;
  return {
    ...(name === undefined ? {} : {name}),
    ...(trainable === undefined ? {} : {trainable}),
    layers,
    input_layers: endsOf('kerasModel: input_layers', inputs, references),
    output_layers: endsOf('kerasModel: output_layers', outputs, references),
  };
}

/**
 * A − B, which TensorFlow.js lacks, as A + (−1)·B.
 * @throws if it is not one of two tensors.
 */
function sumWithNegative(
  owner: string,
  add: JsonObject,
  nodes: readonly Json[][],
  negative: string,
): JsonObject[] {
  const strange = nodes.find(({length}) => length !== 2);
  if (strange) throw new Error(`${owner}: takes ${strange.length} tensors; accepted: 2`);
  const config = {name: negative, trainable: true, scale: -1, offset: 0};
  const ofSecond = nodes.map(([, second]) => [second]);
  const sums = nodes.map(([first], node) => [first, [negative, node, 0, {}]]);
  return [
    {class_name: 'Rescaling', config, name: negative, inbound_nodes: ofSecond},
    {...add, name: nameOf(add), inbound_nodes: sums},
  ];
}

function negativeName(name: string, context: Context, place: Place): string {
  return uniqueName(`${name}_negative`, context, {...place, names: [...place.names, name]});
}

/**
 * The first node of a model is its own, in TensorFlow.js, Keras 2, and where the ends of a model of Keras
 * 3 refer to a Functional model; elsewhere, Keras 3 does not count it.
 */
function offsetOf(version: KerasVersion): number {
  return version === 3 ? 1 : 0;
}

function membersOf(saved: readonly JsonObject[], context: Context, place: Place): Member[] {
  // Layers keep their names where they can; those of models within are numbered among all.
  const names = saved.map(layer => uniqueName(nameOf(layer), context, place));
  const paths = placesOf(saved, place.path === '' ? 'layers' : `${place.path}/layers`);
  return saved.map((layer, index) => {
    const own = {names: [...place.names, nameOf(layer)], path: paths[index]};
    return memberOf(renamed(layer, names[index]), context, own);
  });
}

function uniqueName(name: string, {names}: Context, place: Place): string {
  if (name === '') return name;
  let unique = name;
  for (const outer of [...place.names].reverse()) {
    if (!names.has(unique)) break;
    unique = `${outer}_${unique}`;
  }
  names.add(unique);
  return unique;
}

function renamed(layer: JsonObject, name: string): JsonObject {
  if (nameOf(layer) === name) return layer;
  const config = isObject(layer.config) ? {...layer.config, name} : layer.config;
  return 'name' in layer ? {...layer, config, name} : {...layer, config};
}

/** Where a .keras file has the layers that are in one folder of it. */
function placesOf(layers: readonly JsonObject[], folder: string): string[] {
  const counts = new Map<string, number>();
  return layers.map(({class_name: className}) => {
    const name = kerasSnakeCase(String(className));
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return `${folder}/${count === 0 ? name : `${name}_${count}`}`;
  });
}

function memberOf(layer: JsonObject, context: Context, place: Place): Member {
  const name = nameOf(layer);
  if (savedLayers(layer)) {
    return {layer: repairContainer(layer, context, place), name, following: [], isModel: true};
  }
  const config = configOf(layer);
  if (isObject(config.layer)) {
    return {
      layer: repairWrapper(layer, config.layer, context, place),
      name,
      following: [],
      isModel: false,
    };
  }
  const {layer: repaired, following} = repairLayer(withCells(layer, context), context.version);
  hold(layer, repaired, name, context, place);
  const named = following.map(each => followingOf(each, name, context, place));
  return {layer: repaired, name, following: named, isModel: false};
}

/** What follows the layer `name`, with a name of its own. */
function followingOf(layer: JsonObject, name: string, context: Context, place: Place): NamedLayer {
  const savedName = String(configOf(layer).name ?? `${name}_activation`);
  const own = uniqueName(savedName, context, {...place, names: [`${name}_2`, name]});
  const saved = {...layer, config: {trainable: true, ...configOf(layer), name: own}};
  const repaired = repairInner(saved, context.version);
  const names = [...place.names, savedName];
  hold(saved, repaired, own, context, {names, path: `${place.path}/activation`});
  return {...repaired, name: own};
}

/** Notes a layer that was `saved` at a place, and is `repaired`. */
function hold(
  saved: JsonObject,
  repaired: JsonObject,
  scope: string,
  context: Context,
  {names, path}: Place,
): void {
  const config = configOf(repaired);
  const className = String(repaired.class_name);
  context.holders.push({names, place: path, scope, className, config});
  const [savedCells, cells] = [cellsOf(saved), cellsOf(repaired)];
  const paths = placesOf(savedCells, `${path}/cell/cells`);
  cells.forEach((cell, index) => {
    const own = {names: [...names, nameOf(cell)], path: paths[index]};
    hold(savedCells[index], cell, `${scope}/RNNCell_${index}`, context, own);
  });
}

/** The cells that a recurrent layer applies one after the other, if it has several. */
function cellsOf(layer: JsonObject): JsonObject[] {
  const {cell} = configOf(layer);
  return isObject(cell) ? objectsOf(configOf(cell).cells) : [];
}

/** A layer around another: the one within is repaired, and has its weights under the name of both. */
function repairWrapper(
  wrapper: JsonObject,
  inner: JsonObject,
  context: Context,
  place: Place,
): JsonObject {
  if (wrapper.class_name === 'Bidirectional') {
    return repairBidirectional(wrapper, inner, context, place);
  }
  const config = configOf(wrapper);
  const name = nameOf(wrapper);
  const within = {names: [...place.names, nameOf(inner)], path: `${place.path}/layer`};
  if (savedLayers(inner)) {
    const layer = repairContainer(inner, context, within);
    return repairLayer({...wrapper, config: {...config, layer}}, context.version).layer;
  }
  const layer = repairInner(withCells(inner, context), context.version);
  hold(inner, layer, name, context, {...place, path: within.path});
  hold(inner, layer, name, context, within);
  return repairLayer({...wrapper, config: {...config, layer}}, context.version).layer;
}

/** TensorFlow.js makes both layers of one, and puts `forward_` and `backward_` before its name. */
function repairBidirectional(
  wrapper: JsonObject,
  inner: JsonObject,
  context: Context,
  place: Place,
): JsonObject {
  const {backward_layer: backward, ...config} = configOf(wrapper);
  const name = nameOf(inner).replace(/^forward_/, '');
  // Of masked steps, what the layers around read differs in Keras: zeros there, the step before here.
  const within = {...inner, config: without(configOf(inner), 'zero_output_for_mask')};
  const layer = repairInner(withCells(renamed(within, name), context), context.version);
  if (isObject(backward)) checkBackward(labelOf(wrapper), inner, backward);
  const outer = nameOf(wrapper);
  for (const direction of ['forward', 'backward']) {
    const own = `${direction}_${name}`;
    const saved = direction === 'backward' && isObject(backward) ? nameOf(backward) : own;
    const names = [...place.names, saved];
    const path = `${place.path}/${direction}_layer`;
    hold(inner, layer, `${outer}/${own}`, context, {names, path});
  }
  return repairLayer({...wrapper, config: {...config, layer}}, context.version).layer;
}

/** @throws if the layer that reads backwards is not the other one, turned round. */
function checkBackward(owner: string, forward: JsonObject, backward: JsonObject): void {
  const [expected, given] = [forward, backward].map((layer): JsonObject => ({
    class_name: layer.class_name,
    ...without(configOf(layer), 'name', 'seed', 'go_backwards'),
  }));
  const keys = new Set([...Object.keys(expected), ...Object.keys(given)]);
  for (const key of keys) {
    const isSame = JSON.stringify(plain(expected[key])) === JSON.stringify(plain(given[key]));
    if (isSame) continue;
    throw new Error(
      `${owner}: ${key} of the backward layer is ${describe(given[key])}; accepted: that of the ` +
        `forward layer, ${describe(expected[key])}`,
    );
  }
}

/** The cells of a recurrent layer are layers, too. */
function withCells(layer: JsonObject, context: Context): JsonObject {
  const config = configOf(layer);
  const {cell, cells} = config;
  const repairCell = (each: JsonObject) => repairInner(withCells(each, context), context.version);
  if (isObject(cell)) return {...layer, config: {...config, cell: repairCell(cell)}};
  if (!Array.isArray(cells)) return layer;
  return {...layer, config: {...config, cells: objectsOf(cells).map(repairCell)}};
}
