import {compareReports} from '../../src/index.js';
import type {Report} from '../../src/index.js';
import {finding, layerReport, report} from '../helpers/reports.js';

type LayerChanges = Parameters<typeof layerReport>[0];

const withLayer = (changes: LayerChanges): Report => report({layers: [layerReport(changes)]});
const withFindings = (...findings: Report['findings']): Report => report({findings});

const nothing = {better: [], worse: [], onlyIn: {before: [], after: []}};
const warning = finding({severity: 'warning'});

test('finds nothing between a report and itself, also from JSON', () => {
  const full = report({findings: [finding()], layers: [layerReport({dead: [1]})]});
  expect(compareReports(full, full)).toEqual(nothing);
  expect(compareReports(full, JSON.parse(JSON.stringify(full)) as Report)).toEqual(nothing);
});

/** From the first to the second it is worse; from the second to the first it is better. */
test.each<[string, Report, Report, object]>([
  [
    'a finding that came',
    withFindings(),
    withFindings(warning),
    {what: 'dead-units', before: null, after: 'warning'},
  ],
  [
    'a finding that became more severe',
    withFindings(warning),
    withFindings(finding()),
    {what: 'dead-units', before: 'warning', after: 'error'},
  ],
  [
    'a finding in a layer that is not watched',
    withFindings(),
    withFindings(finding({layer: 'embedding'})),
    {layer: 'embedding', what: 'dead-units', before: null, after: 'error'},
  ],
  [
    'a unit that died',
    withLayer({}),
    withLayer({dead: [1]}),
    {what: 'dead', before: 0, after: 1, message: 'hidden: 0 of 2 units dead before, 1 of 2 now'},
  ],
  [
    'a larger share of a larger layer',
    withLayer({dead: [1]}),
    withLayer({dead: [1, 2, 3], units: 4}),
    {what: 'dead', before: 1, after: 3},
  ],
  [
    'a unit that saturated',
    withLayer({saturated: [0]}),
    withLayer({saturated: [0, 1]}),
    {what: 'saturated', before: 1, after: 2},
  ],
  [
    'a gradient that vanished',
    withLayer({gradient: [1e-3, null as never]}),
    withLayer({gradient: [9e-8, 9e-8]}),
    {
      what: 'gradient',
      before: 1e-3,
      after: 9e-8,
      message: 'hidden: the gradient was there (mean 0.0010) before, is vanished (mean 9.0e-8) now',
    },
  ],
  [
    'NaN that came',
    withLayer({}),
    withLayer({nonFinite: [2, 1]}),
    {what: 'nonFinite', before: 0, after: 3},
  ],
  [
    'NaN in a gradient',
    withLayer({}),
    withLayer({nonFiniteGradients: [0, 1]}),
    {what: 'nonFiniteGradients', before: 0, after: 1},
  ],
])('tells %s', (_, good, bad, change) => {
  const {before, after, message, ...rest} = {layer: 'hidden', ...change} as Record<string, unknown>;
  const worse = {...rest, before, after, message: message ?? expect.any(String)};
  const better = {...rest, before: after, after: before, message: expect.any(String)};
  expect(compareReports(good, bad)).toEqual({...nothing, worse: [worse]});
  expect(compareReports(bad, good)).toEqual({...nothing, better: [better]});
});

test.each<[string, LayerChanges, LayerChanges]>([
  ['another unit that died', {dead: [0]}, {dead: [1]}],
  ['the same share of a larger layer', {dead: [1]}, {dead: [1, 2], units: 4}],
  ['units of too few samples', {samples: 299}, {dead: [1]}],
  ['units without a slope', {dead: [1]}, {slope: null}],
  ['a smaller gradient', {gradient: [1]}, {gradient: [2e-7]}],
  ['a gradient that was not seen', {gradient: null}, {gradient: [0]}],
  ['more NaN', {nonFinite: [1, 1]}, {nonFinite: [9, 9]}],
])('says nothing of %s', (_, before, after) => {
  expect(compareReports(withLayer(before), withLayer(after))).toEqual(nothing);
});

test('names the layers that only one of them has, and compares nothing of them', () => {
  const before = report({
    layers: [layerReport({name: 'old', dead: [1]}), layerReport()],
    findings: [finding({layer: 'old'})],
  });
  const after = report({layers: [layerReport(), layerReport({name: 'new', dead: [1]})]});
  const onlyIn = {before: ['old'], after: ['new']};
  expect(compareReports(before, after)).toEqual({...nothing, onlyIn});
});

test.each<[unknown, string]>([
  [undefined, 'it is undefined'],
  ['report', "it is 'report'"],
  [{}, 'its layers is undefined'],
  [{layers: [], findings: 3}, 'its findings is 3'],
  [{layers: [null], findings: []}, 'its layers[0] is null'],
  [withLayer({dead: 1 as never}), 'its layers[0].dead is 1'],
  [withLayer({gradient: undefined}), 'its layers[0].gradient is undefined'],
  [withFindings(finding({severity: 'fatal' as never})), "its findings[0].severity is 'fatal'"],
])('refuses %p', (value, problem) => {
  const message = (argument: string): string =>
    `compareReports: ${argument} must be a report of an ActivationMonitor, but ${problem}`;
  expect(() => compareReports(value as Report, report())).toThrow(message('before'));
  expect(() => compareReports(report(), value as Report)).toThrow(message('after'));
});
