import {Expression, constant, input, inputsOf, nodesOf, rebuild} from '../../formula/index.js';
import type {Node} from '../../formula/index.js';
import {valuesOf} from '../program.js';
import type {Program} from '../program.js';

/** A program in two: what depends on weights alone is computed beforehand, once for each weight. */
export interface SplitProgram {
  /** From the weights to what the main program needs of them. */
  readonly prelude: Program;
  /** The program, with the outputs of the prelude as further inputs. */
  readonly main: Program;
}

const splits = new WeakMap<Program, Map<string, SplitProgram | undefined>>();

/**
 * Takes out of a program what depends on the inputs called `weights` alone; a division by a weight
 * becomes a product with its inverse. Undefined where there is nothing to take out.
 */
export function splitProgram(
  program: Program,
  weights: readonly string[],
): SplitProgram | undefined {
  const known = splits.get(program) ?? new Map<string, SplitProgram | undefined>();
  splits.set(program, known);
  const key = weights.join();
  if (!known.has(key)) known.set(key, split(program, new Set(weights)));
  return known.get(key);
}

function split(program: Program, weights: ReadonlySet<string>): SplitProgram | undefined {
  const derived = new Map<Expression, Expression>();
  const inputFor = (value: Expression): Expression => {
    if (!derived.has(value)) derived.set(value, input(`/derived${derived.size}`));
    return derived.get(value)!;
  };
  const isOfWeights = (node: Node): boolean => {
    if (!(node instanceof Expression)) return false;
    const names = [...inputsOf(node)];
    return names.length > 0 && names.every(name => weights.has(name));
  };
  const results = new Map<Node, Node>();
  const rewrite = (node: Node): Node => {
    if (isOfWeights(node)) return node.operation === 'input' ? node : inputFor(node as Expression);
    const [dividend, divisor] = node.operands as Expression[];
    if (node.operation !== 'div' || !isOfWeights(divisor)) return rebuild(node, results);
    return (results.get(dividend) as Expression).mul(inputFor(constant(1).div(divisor)));
  };
  const rewriteAll = (expression: Expression): Expression => {
    if (isOfWeights(expression)) return expression;
    for (const node of nodesOf(expression)) {
      if (!results.has(node)) results.set(node, rewrite(node));
    }
    return results.get(expression) as Expression;
  };

  const outputs = program.outputs.map(output => ({
    ...output,
    value: Array.isArray(output.value)
      ? valuesOf(output).map(rewriteAll)
      : rewriteAll(output.value as Expression),
  }));
  const inputs = program.inputs.map(each =>
    each.value ? {...each, value: rewriteAll(each.value)} : each,
  );
  const values = [...outputs.flatMap(valuesOf), ...inputs.flatMap(({value}) => value ?? [])];
  const used = new Set(values.flatMap(value => [...inputsOf(value)]));
  const needed = [...derived].filter(([, {name}]) => used.has(name));
  if (needed.length === 0) return undefined;
  return {
    prelude: {
      inputs: program.inputs.filter(({name}) => weights.has(name)),
      outputs: needed.map(([value, {name}]) => ({name, value})),
    },
    main: {inputs: [...inputs, ...needed.map(([, {name}]) => ({name}))], outputs},
  };
}
