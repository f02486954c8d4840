/**
 * Builds dist/: ES modules, CommonJS, declarations, the script-tag bundle and the entries for Node.
 *
 * `--if-stale` does nothing where dist/ is newer than everything it is made from.
 */
import {build} from 'esbuild';
import {existsSync, readdirSync, statSync} from 'node:fs';
import {cp, mkdir, readFile, readdir, rename, rm, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const inputs = ['src', 'scripts/build.mjs', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const source = path.join(root, 'src');
const target = path.join(root, 'dist');
const stampName = '.built';

/** Entries of package.json's `exports`, as paths without extension below src/ and dist/{esm,cjs}/. */
const entries = ['index', 'node/index'];

function newestChange(file) {
  const status = statSync(file);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(
    status.mtimeMs,
    ...readdirSync(file).map(name => newestChange(path.join(file, name))),
  );
}

function isFresh() {
  const stamp = path.join(target, stampName);
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return inputs.every(name => newestChange(path.join(root, name)) < built);
}

/** Type-checks src/ and writes the ES modules with their declarations. Returns the source files. */
function emitModules(output) {
  const configFile = path.join(root, 'tsconfig.build.json');
  const config = ts.getParsedCommandLineOfConfigFile(
    configFile,
    {outDir: path.join(output, 'esm')},
    {...ts.sys, onUnRecoverableConfigFileDiagnostic: report},
  );
  const program = ts.createProgram(config.fileNames, config.options);
  const diagnostics = [...config.errors, ...ts.getPreEmitDiagnostics(program)];
  if (diagnostics.length > 0) report(...diagnostics);
  program.emit();
  return {fileNames: config.fileNames, options: config.options};
}

function report(...diagnostics) {
  throw new Error(
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: name => name,
      getCurrentDirectory: () => root,
      getNewLine: () => '\n',
    }),
  );
}

async function emitCommonJs({fileNames, options}, output) {
  for (const fileName of fileNames) {
    const {outputText} = ts.transpileModule(await readFile(fileName, 'utf8'), {
      fileName,
      compilerOptions: {...options, module: ts.ModuleKind.CommonJS, declaration: false},
    });
    const relative = path.relative(source, fileName).replace(/\.ts$/, '.js');
    const file = path.join(output, 'cjs', relative);
    await mkdir(path.dirname(file), {recursive: true});
    await writeFile(file, outputText);
  }
}

/** The declarations are the same text in both formats; only the nearest package.json differs. */
async function copyDeclarations(output) {
  const esm = path.join(output, 'esm');
  for (const name of await readdir(esm, {recursive: true})) {
    if (name.endsWith('.d.ts')) await cp(path.join(esm, name), path.join(output, 'cjs', name));
  }
}

/** A nested package.json gives the format, and must repeat sideEffects: bundlers read the nearest one. */
async function writePackageFiles(output) {
  const sideEffects = entries.map(entry => `./${entry}.js`);
  for (const [folder, type] of [
    ['esm', 'module'],
    ['cjs', 'commonjs'],
  ]) {
    const text = JSON.stringify({type, sideEffects}, null, 2) + '\n';
    await writeFile(path.join(output, folder, 'package.json'), text);
  }
}

async function exportedNames(entryPoint) {
  const result = await build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile: 'names.js',
    logLevel: 'error',
  });
  return Object.values(result.metafile.outputs)[0].exports;
}

/** Node's `import` gets the CommonJS build too, so that one process has one registry. */
async function writeNodeEntry(entry, output) {
  const names = await exportedNames(path.join(output, 'esm', `${entry}.js`));
  const name = entry === 'index' ? 'index' : path.dirname(entry);
  const from = `./cjs/${entry}.js`;
  await writeFile(
    path.join(output, `${name}.mjs`),
    `import commonJs from '${from}';\n\nexport const {\n${names.map(each => `  ${each},\n`).join('')}} = commonJs;\n`,
  );
  await writeFile(path.join(output, `${name}.d.mts`), `export * from '${from}';\n`);
}

const tensorFlowGlobal = {
  name: 'tensorflow-global',
  setup(bundler) {
    bundler.onResolve({filter: /^@tensorflow\/tfjs$/}, ({path: name}) => ({
      path: name,
      namespace: 'global',
    }));
    bundler.onLoad({filter: /.*/, namespace: 'global'}, () => ({
      contents: `
        if (!globalThis.tf) {
          throw new Error('tfjs-activations: load the script of @tensorflow/tfjs before this one');
        }
        module.exports = globalThis.tf;`,
    }));
  },
};

async function writeBundle(output) {
  const {name, version, license} = JSON.parse(await readFile(path.join(root, 'package.json')));
  await build({
    entryPoints: [path.join(output, 'esm/index.js')],
    bundle: true,
    minify: true,
    sourcemap: true,
    format: 'iife',
    globalName: 'tfActivations',
    target: 'es2021',
    plugins: [tensorFlowGlobal],
    banner: {js: `/*! ${name} ${version} | ${license} */`},
    outfile: path.join(output, 'tfjs-activations.min.js'),
    logLevel: 'error',
  });
}

async function main() {
  if (process.argv.includes('--if-stale') && isFresh()) return;
  const began = new Date();
  const output = path.join(root, `.dist-${process.pid}`);
  try {
    const compiled = emitModules(output);
    await emitCommonJs(compiled, output);
    await copyDeclarations(output);
    await writePackageFiles(output);
    for (const entry of entries) await writeNodeEntry(entry, output);
    await writeBundle(output);
    const stamp = path.join(output, stampName);
    await writeFile(stamp, '');
    await utimes(stamp, began, began);
    await rm(target, {recursive: true, force: true});
    await rename(output, target);
  } finally {
    await rm(output, {recursive: true, force: true});
  }
  console.error(`Built dist/ in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

await main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
