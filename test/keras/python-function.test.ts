import {activations} from '../../src/index.js';
import {evaluate, input, where} from '../../src/formula/index.js';
import {guarded} from '../../src/keras/guard.js';
import {pythonFunction} from '../../src/keras/python-function.js';

const x = input('x');

test('a formula as Python, operations by the names of keras.ops', () => {
  const formula = x.sub(2).mul(input('tLeft')).neg().pow(3).add(input('p[1]').expm1());
  expect(pythonFunction('curve', ['tLeft', 'p'], 'A curve.', formula)).toEqual({
    source: `\
def curve(x, t_left, p):
    """A curve."""
    return ops.power(-((x - 2.0) * t_left), 3.0) + ops.expm1(p[..., 1])`,
    helpers: [],
  });
});

test('what is used twice has a name, and what keras.ops lacks is a helper', () => {
  const gate = x.erfc();
  const {source, helpers} = pythonFunction('f', [], '', gate.multiplyNoNan(gate.add(1)));
  expect(source).toContain('erfc = erfc(x)'.replace('erfc =', 'erfc_2 ='));
  expect(helpers).toEqual(['multiplyNoNan', 'erfc']);
});

test('the branch that where leaves out gets operands that are harmless', () => {
  const {source} = pythonFunction('f', [], '', where(x.greater(0), x, x.expm1()));
  expect(source).toContain('ops.expm1(ops.where(is_above, 1.0, x))');
});

test.each(Object.values(activations).map(activation => [activation.name, activation] as const))(
  '%s has the same values with its guards',
  (_, activation) => {
    const weights = Object.fromEntries(
      Object.entries(activation.weights as Record<string, {length?: number}>).map(
        ([name, {length}]) => [
          name,
          length === undefined ? 0.4 : Array.from({length}, (_, index) => Math.sin(index + 1)),
        ],
      ),
    );
    const formula = activation.formula;
    const safe = guarded(formula);
    for (const at of [-1e9, -100, -7, -1.5, -1, -0.3, 0, 1e-9, 0.2, 1, 2.5, 40, 79, 1e8]) {
      expect(evaluate(safe, {...weights, x: at})).toBe(evaluate(formula, {...weights, x: at}));
    }
  },
);
