import {curveSvg} from '../src/curve-svg.js';
import {createActivation} from '../src/definition.js';
import type {AnyActivation} from '../src/definition.js';
import {activations} from '../src/index.js';

/** The points of a curve's path, in pixels, piece by piece. */
function piecesOf(svg: string, kind: 'value' | 'slope'): [number, number][][] {
  const [, path] = new RegExp(`class="${kind}"[^>]* d="([^"]*)"`).exec(svg)!;
  return path
    .split('M')
    .slice(1)
    .map(piece => piece.split('L').map(point => point.split(' ').map(Number) as [number, number]));
}

const drawings = Object.values(activations).map(
  activation => [activation.name, curveSvg(activation as unknown as AnyActivation)] as const,
);

test.each(drawings)('%s is drawn in few bytes, all of them numbers', (name, svg) => {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 520 220"/);
  expect(svg).toContain(`aria-label="${name} and its derivative`);
  expect(Buffer.byteLength(svg)).toBeLessThan(6000);
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  expect(svg).not.toMatch(/ d="[^"]*\d\.\d\d/);
  for (const kind of ['value', 'slope'] as const) {
    for (const [x] of piecesOf(svg, kind).flat()) {
      expect(x).toBeGreaterThanOrEqual(34);
      expect(x).toBeLessThanOrEqual(506);
    }
  }
});

test('a straight line has two points, a kink three, and a step is no line', () => {
  const value = (activation: AnyActivation) => piecesOf(curveSvg(activation), 'value');
  expect(value(activations.linear)).toEqual([[expect.anything(), expect.anything()]]);
  expect(value(activations.relu).flat()).toHaveLength(3);
  expect(piecesOf(curveSvg(activations.relu), 'slope')).toHaveLength(2);
  expect(value(activations.hardShrink)).toHaveLength(3);
  expect(value(activations.tanh)).toHaveLength(1);
});

test('what oscillates is drawn near 0, what bends farther out as far as that', () => {
  const reach = (activation: AnyActivation) =>
    Number(/derivative from -(\S+) to/.exec(curveSvg(activation))![1]);
  expect(reach(activations.sine)).toBe(0.25);
  expect(reach(activations.relu6)).toBe(8);
  expect(reach(activations.tanh)).toBe(4);
});

test('a constant is drawn as a level line', () => {
  const level = createActivation({name: 'level', formula: ({x}) => x.minimum(2).maximum(2)});
  const [[[, from], [, to]]] = piecesOf(curveSvg(level), 'value');
  expect(from).toBe(to);
});
