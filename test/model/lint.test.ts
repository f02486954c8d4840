import * as tf from '@tensorflow/tfjs';
import {lintModel} from '../../src/index.js';
import type {LintFinding} from '../../src/index.js';
import {lintRules} from '../../src/model/lint/rules/index.js';
import {HEALTHY, MISTAKES} from '../helpers/lint-models.js';
import type {Case} from '../helpers/lint-models.js';

beforeAll(() => tf.setBackend('cpu'));

function lint({model, options}: Case): LintFinding[] {
  const made = model();
  const findings = lintModel(made, options);
  made.dispose();
  return findings;
}

const shown = (findings: readonly LintFinding[]): string[] =>
  findings.map(({rule, severity, layer, message}) => `${severity} ${rule} ${layer}: ${message}`);

describe('planted mistakes', () => {
  test.each(Object.keys(MISTAKES))('%s', name => {
    const findings = lint(MISTAKES[name]);
    const rules = findings.map(({rule}) => rule);
    expect(rules).toEqual(expect.arrayContaining([...MISTAKES[name].rules]));
    for (const rule of MISTAKES[name].rules) {
      const {why, reference, fixes} = findings.find(each => each.rule === rule)!;
      expect(why).not.toBe('');
      expect(reference).not.toBe('');
      expect(fixes.length).toBeGreaterThan(0);
    }
  });

  test('they are many, and of every rule that needs no sample', () => {
    expect(Object.keys(MISTAKES).length).toBeGreaterThanOrEqual(30);
    const planted = new Set(Object.values(MISTAKES).flatMap(({rules}) => rules));
    const others = lintRules.map(({id}) => id).filter(id => !planted.has(id));
    expect(others).toEqual(['initial-loss', 'signal-scale', 'target-range']);
  });
});

describe('healthy architectures', () => {
  test.each(Object.keys(HEALTHY))('%s', name => {
    const findings = lint(HEALTHY[name]).filter(({severity}) => severity !== 'info');
    expect(shown(findings)).toEqual([]);
  });

  test('they are many, and hardly a word is said', () => {
    const findings = Object.values(HEALTHY).flatMap(lint);
    expect(Object.keys(HEALTHY).length).toBeGreaterThanOrEqual(15);
    expect(shown(findings).length).toBeLessThanOrEqual(5);
  });
});
