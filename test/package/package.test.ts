import {build} from 'esbuild';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');
const consumers = path.join(__dirname, 'consumers');
let scratch: string;
let installed: string;
let packed: string[];

function run(command: string, args: string[], folder: string): string {
  try {
    return execFileSync(command, args, {cwd: folder, encoding: 'utf8', stdio: 'pipe'});
  } catch (error) {
    const {stdout, stderr} = error as {stdout: string; stderr: string};
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, {cause: error});
  }
}

function runConsumer(file: string): void {
  fs.copyFileSync(path.join(consumers, file), path.join(scratch, file));
  run(process.execPath, [file], scratch);
}

interface LockedPackage {
  dependencies?: Record<string, string>;
}

/**
 * This project's lock file as far as the package's dependencies need it, so that npm finds what
 * `npm ci` has put into its cache and asks no registry.
 */
function lockedDependencies(): Record<string, LockedPackage> {
  const {packages} = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const found: Record<string, LockedPackage> = {};
  const add = (names: string[]) => {
    for (const key of names.map(name => `node_modules/${name}`)) {
      if (key in found) continue;
      found[key] = packages[key];
      add(Object.keys(found[key].dependencies ?? {}));
    }
  };
  add(Object.keys(packages[''].dependencies));
  return found;
}

/** A project that depends on the tarball; the peers, of 200 MB, are links to those of this project. */
function install(tarball: string): void {
  const project = {name: 'consumer', dependencies: {'tfjs-activations': `file:${tarball}`}};
  const packages = {'': project, ...lockedDependencies()};
  const write = (name: string, content: object) =>
    fs.writeFileSync(path.join(scratch, name), JSON.stringify(content));
  write('package.json', project);
  write('package-lock.json', {...project, lockfileVersion: 3, requires: true, packages});
  const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  run('npm', ['install', '--legacy-peer-deps', ...quick], scratch);
  for (const peer of ['@tensorflow', '@types']) {
    const target = path.join(root, 'node_modules', peer);
    fs.symlinkSync(target, path.join(scratch, 'node_modules', peer), 'junction');
  }
}

beforeAll(() => {
  run(process.execPath, ['scripts/build.mjs', '--if-stale'], root);
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'consumer-')));
  const options = ['--ignore-scripts', '--json', '--pack-destination', scratch];
  const [{filename, files}] = JSON.parse(run('npm', ['pack', ...options], root));
  packed = files.map((file: {path: string}) => file.path);
  install(filename);
  installed = path.join(scratch, 'node_modules/tfjs-activations');
}, 120_000);

afterAll(() => fs.rmSync(scratch, {recursive: true, force: true}));

test('the tarball holds the build and the documents, and nothing else', () => {
  expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md']));
  const others = packed.filter(
    file => !/^dist\/(esm|cjs)\/|^dist\/[\w.-]+$|^[A-Z]+(\.md)?$/.test(file),
  );
  expect(others.sort()).toEqual([
    'docs/accuracy.md',
    'docs/activations.md',
    'docs/digits.svg',
    'docs/golden.md',
    'docs/lint.md',
    'docs/monitor-benchmark.md',
    'docs/monitor-overhead.md',
    'docs/native.md',
    'docs/rules.md',
    'examples/iris.ts',
    'package.json',
  ]);
  expect(packed.filter(file => file.includes('/.'))).toEqual([]);
});

test('every file that README links to is in the tarball', () => {
  const readme = fs.readFileSync(path.join(installed, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target);
  const files = links.filter(target => !/^\w+:/.test(target));
  expect(files.length).toBeGreaterThan(2);
  expect(packed).toEqual(expect.arrayContaining(files));
});

test('every file that package.json names is in the tarball', () => {
  const text = fs.readFileSync(path.join(installed, 'package.json'), 'utf8');
  const named = [...text.matchAll(/"\.\/([^"]+\.\w+)"/g)].map(([, file]) => file);
  expect(named.length).toBeGreaterThan(8);
  expect(packed).toEqual(expect.arrayContaining(named));
});

test('works from CommonJS', () => runConsumer('commonjs.cjs'), 30_000);

test('works from ES modules, and import() and require() give the very same objects', () => {
  runConsumer('module.mjs');
}, 30_000);

test('works from a script tag, under a strict Content-Security-Policy', () => {
  runConsumer('script-tag.cjs');
}, 30_000);

test('works in a jest test', () => {
  fs.copyFileSync(path.join(consumers, 'jest-test.js'), path.join(scratch, 'consumer.test.js'));
  const jest = require.resolve('jest/bin/jest');
  run(process.execPath, [jest, '--rootDir', scratch, '--testEnvironment', 'node'], scratch);
}, 60_000);

test.each(['node-only.cjs', 'node-only.mjs'])(
  'a process that imports the entry for Node alone loads the activations of another: %s',
  file => {
    runConsumer('save.cjs');
    runConsumer(file);
  },
  60_000,
);

describe('in TypeScript', () => {
  const {ModuleKind, ModuleResolutionKind} = ts;

  test.each<[string, string, ts.CompilerOptions]>([
    ['nodenext, ES module', 'types.mts', {module: ModuleKind.NodeNext}],
    ['nodenext, CommonJS', 'types.cts', {module: ModuleKind.NodeNext}],
    ['node16, ES module', 'types16.mts', {module: ModuleKind.Node16}],
    [
      'bundler',
      'types.ts',
      {module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler},
    ],
    [
      'node10',
      'types10.ts',
      {
        module: ModuleKind.CommonJS,
        moduleResolution: ModuleResolutionKind.Node10,
        ignoreDeprecations: '6.0',
      },
    ],
  ])(
    'types resolve with %s',
    (_title, name, options) => {
      const file = path.join(scratch, name);
      fs.copyFileSync(path.join(consumers, 'types.ts'), file);
      const program = ts.createProgram([file], {
        target: ts.ScriptTarget.ES2022,
        strict: true,
        noEmit: true,
        types: ['node'],
        typeRoots: [path.join(root, 'node_modules/@types')],
        ...options,
      });
      const own = program.getSourceFiles().filter(({fileName}) => {
        return fileName === file || fileName.startsWith(installed);
      });
      const diagnostics = own.flatMap(source => ts.getPreEmitDiagnostics(program, source));
      expect(own.length).toBeGreaterThan(2);
      expect(
        diagnostics.map(({file: at, messageText}) => {
          return `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
        }),
      ).toEqual([]);
    },
    60_000,
  );
});

describe('in a bundler', () => {
  async function bundle(
    contents: string,
    platform: 'browser' | 'node' = 'browser',
  ): Promise<{text: string; inputs: string[]}> {
    const {outputFiles, metafile} = await build({
      stdin: {contents, resolveDir: scratch},
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform,
      external: ['@tensorflow/*'],
    });
    return {text: outputFiles[0].text, inputs: Object.keys(metafile.inputs)};
  }

  test('the browser gets the ES modules, without Node', async () => {
    const {text, inputs} = await bundle(`export * from 'tfjs-activations'`);
    expect(inputs).toContainEqual(expect.stringContaining('dist/esm/index.js'));
    expect(inputs.filter(file => file.includes('dist/cjs/') || file.includes('/node/'))).toEqual(
      [],
    );
    expect(text).not.toContain('node:');
  });

  test('the entry for Node brings the registration along', async () => {
    const {text} = await bundle(
      `import {loadModel} from 'tfjs-activations/node'; loadModel('saved')`,
      'node',
    );
    expect(text).toContain('registerClass');
  });

  test('importing for the registration alone keeps it', async () => {
    const {inputs, text} = await bundle(`import 'tfjs-activations'`);
    expect(inputs).toContainEqual(expect.stringContaining('dist/esm/index.js'));
    expect(text).toContain('registerClass');
  });
});
