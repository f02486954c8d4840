import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const fences = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
const blocks = fences.filter(([, language]) => language === 'ts').map(([, , code]) => code);

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

/** What the compiler says of the blocks, each as a module of its own, on the sources of the package. */
function typeErrors(): string[] {
  const {config} = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const {options} = ts.parseJsonConfigFileContent({...config, files: []}, ts.sys, root);
  const paths = {
    'tfjs-activations': ['./src/index.ts'],
    'tfjs-activations/node': ['./src/node/index.ts'],
  };
  const compilerOptions = {...options, paths, noUnusedLocals: false};
  const files = new Map(
    blocks.map((code, index) => [`${root}/readme-block-${index + 1}.ts`, code]),
  );
  const host = ts.createCompilerHost(compilerOptions);
  const {getSourceFile, fileExists} = host;
  host.fileExists = file => files.has(file) || fileExists(file);
  host.getSourceFile = (file, languageOrOptions, ...others) => {
    const code = files.get(file);
    return code === undefined
      ? getSourceFile(file, languageOrOptions, ...others)
      : ts.createSourceFile(file, code, languageOrOptions);
  };
  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return [...files.keys()]
    .flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(({file, messageText}) => {
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${path.basename(file?.fileName ?? '')}: ${message}`;
    });
}

test('every block of code in README is one that runs', () => {
  expect(blocks).toHaveLength(8);
  const notCode = fences.filter(([, language]) => ['sh', 'text', 'python'].includes(language));
  expect(notCode.length + blocks.length).toBe(fences.length);
  expect(readme.match(/```/g)).toHaveLength(2 * fences.length);
});

test('the blocks of README pass the type checker', () => {
  expect(typeErrors()).toEqual([]);
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
