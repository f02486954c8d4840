import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```(?:ts|js)\n([\s\S]*?)```/g)].map(([, code]) => code);

/** Runs a block of code as a module of its own, on the sources of the package. */
async function run(code: string): Promise<void> {
  const body = ts.transpileModule(code, {
    compilerOptions: {module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022},
  }).outputText;
  const load = createRequire(__filename);
  const modules: Record<string, unknown> = {
    'tfjs-activations': jest.requireActual('../src/index.js'),
    'tfjs-activations/node': jest.requireActual('../src/node/index.js'),
    '@tensorflow/tfjs': jest.requireActual('@tensorflow/tfjs'),
  };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction('require', 'exports', body)(
    (name: string) => modules[name] ?? load(name),
    {},
  );
}

test('README has code to run', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
});

test.each(blocks.map((code, index) => [index + 1, code] as const))(
  'block %d of README runs',
  async (_, code) => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await expect(run(code)).resolves.toBeUndefined();
  },
);

test("README's table of activations is that of the package", () => {
  const check = [path.join(root, 'scripts/activations-table.mjs'), '--check'];
  expect(() => execFileSync(process.execPath, check, {stdio: 'pipe'})).not.toThrow();
});
