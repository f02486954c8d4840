import {readdirSync, readFileSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const source = path.resolve(__dirname, '../src');

interface Import {
  specifier: string;
  isTypeOnly: boolean;
}

interface Module {
  /** Path below src/, without extension. */
  name: string;
  syntax: ts.SourceFile;
  imports: Import[];
}

const modules = new Map(
  readdirSync(source, {recursive: true, encoding: 'utf8'})
    .filter(file => file.endsWith('.ts'))
    .map(file => read(file))
    .map(module => [module.name, module]),
);

function read(file: string): Module {
  const text = readFileSync(path.join(source, file), 'utf8');
  const syntax = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return {
    name: file.split(path.sep).join('/').replace(/\.ts$/, ''),
    syntax,
    imports: importsOf(syntax),
  };
}

function importsOf(syntax: ts.SourceFile): Import[] {
  return [...nodesOf(syntax)].flatMap(node => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const clause = ts.isImportDeclaration(node) ? node.importClause : node;
      return toImport(node.moduleSpecifier, clause?.isTypeOnly ?? false);
    }
    if (ts.isImportTypeNode(node)) {
      return toImport(
        ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined,
        true,
      );
    }
    const isDynamic =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    return isDynamic ? toImport(node.arguments[0], false) : [];
  });
}

function toImport(specifier: ts.Node | undefined, isTypeOnly: boolean): Import[] {
  return specifier && ts.isStringLiteral(specifier)
    ? [{specifier: specifier.text, isTypeOnly}]
    : [];
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** A relative specifier as a path below src/; any other as it is. */
function resolve({name}: Module, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return path.posix.join(path.posix.dirname(name), specifier).replace(/\.js$/, '');
}

function modulesIn(folder: string): Module[] {
  const found = [...modules.values()].filter(({name}) => name.startsWith(`${folder}/`));
  if (found.length === 0) throw new Error(`src/${folder}/ holds no module`);
  return found;
}

/** Every import of the given modules, as 'importer → imported', that the rule forbids. */
function violations(
  importers: Iterable<Module>,
  isForbidden: (target: string) => boolean,
): string[] {
  return [...importers].flatMap(module =>
    module.imports
      .map(({specifier}) => resolve(module, specifier))
      .filter(isForbidden)
      .map(target => `${module.name} → ${target}`),
  );
}

const isInside = (folder: string) => (target: string) => target.startsWith(`${folder}/`);
const isTensorFlow = (target: string) => target.startsWith('@tensorflow/');

test('relative imports name files that exist, with their extension', () => {
  const broken = [...modules.values()].flatMap(module =>
    module.imports
      .filter(({specifier}) => specifier.startsWith('.'))
      .filter(
        ({specifier}) => !specifier.endsWith('.js') || !modules.has(resolve(module, specifier)),
      )
      .map(({specifier}) => `${module.name} → ${specifier}`),
  );
  expect(broken).toEqual([]);
});

test('formula/ imports nothing outside itself', () => {
  const isFormula = isInside('formula');
  expect(violations(modulesIn('formula'), target => !isFormula(target))).toEqual([]);
});

test('activations/ imports only formulas, definitions, constraints and initializers', () => {
  const allowed = new Set(['definition', 'constraints', 'initializers']);
  const isAllowed = (target: string) =>
    isInside('formula')(target) || isInside('activations')(target) || allowed.has(target);
  expect(violations(modulesIn('activations'), target => !isAllowed(target))).toEqual([]);
});

test.each(['kernels', 'monitor', 'model'])('%s/ imports no particular activation', folder => {
  expect(violations(modulesIn(folder), isInside('activations'))).toEqual([]);
});

test('only node/ imports modules of Node, and nothing else imports node/', () => {
  const others = [...modules.values()].filter(({name}) => !isInside('node')(name));
  const builtins = others.flatMap(({name, imports}) =>
    imports.filter(each => isBuiltin(each.specifier)).map(each => `${name} → ${each.specifier}`),
  );
  expect(builtins).toEqual([]);
  expect(violations(others, isInside('node'))).toEqual([]);
});

test.each(['monitor/rules', 'monitor/reporters', 'model/lint/rules'])(
  '%s/ never sees a tensor',
  folder => {
    expect(violations(modulesIn(folder), isTensorFlow)).toEqual([]);
    expect(violations(reachableFrom(modulesIn(folder)), isTensorFlow)).toEqual([]);
  },
);

test('of monitor/, the monitor itself alone imports model/, which never runs it', () => {
  const monitor = 'monitor/activation-monitor';
  const others = modulesIn('monitor').filter(({name}) => name !== monitor);
  expect(violations(others, isInside('model'))).toEqual([]);
  const reached = [...reachableFrom(modulesIn('model'))].map(({name}) => name);
  expect(reached).not.toContain(monitor);
});

test('keras/ is imported by node/ and the index alone', () => {
  const isOther = ({name}: Module) =>
    name !== 'index' && !isInside('keras')(name) && !isInside('node')(name);
  expect(violations([...modules.values()].filter(isOther), isInside('keras'))).toEqual([]);
});

/** The modules that running the given ones runs. */
function reachableFrom(roots: Module[]): Set<Module> {
  const reached = new Set(roots);
  for (const module of reached) {
    for (const {specifier, isTypeOnly} of module.imports) {
      const target = modules.get(resolve(module, specifier));
      if (target && !isTypeOnly) reached.add(target);
    }
  }
  return reached;
}

test('nothing evaluates text as code', () => {
  const found = [...modules.values()].flatMap(({name, syntax}) =>
    [...nodesOf(syntax)]
      .filter(node => ts.isCallExpression(node) || ts.isNewExpression(node))
      .map(node => (node as ts.CallExpression).expression.getText())
      .filter(callee => ['eval', 'Function', 'globalThis.eval'].includes(callee))
      .map(callee => `${name}: ${callee}`),
  );
  expect(found).toEqual([]);
});

test('no activation is told by its name outside its own file', () => {
  const names = namesOfActivations();
  expect(names.has('relu')).toBe(true);
  const found = [...modules.values()]
    .filter(({name}) => !isInside('activations')(name))
    .flatMap(({name, syntax}) =>
      [...nodesOf(syntax)]
        .filter(node => ts.isStringLiteralLike(node) && names.has(node.text) && isCompared(node))
        .map(node => `${name}: ${node.parent.getText()}`),
    );
  expect(found).toEqual([]);
});

/** Names and class names that the files in activations/ define. */
function namesOfActivations(): Set<string> {
  const names = modulesIn('activations').flatMap(({syntax}) =>
    [...nodesOf(syntax)]
      .filter(ts.isPropertyAssignment)
      .filter(({name}) => ['name', 'className'].includes(name.getText()))
      .map(({initializer}) => initializer)
      .filter(ts.isStringLiteral)
      .map(({text}) => text),
  );
  return new Set(names);
}

/** The operation of a formula's node may be called as an activation is: that tells no activation. */
function isCompared({parent}: ts.Node): boolean {
  const isOperation = (node: ts.Node): boolean => node.getText().endsWith('.operation');
  if (ts.isCaseClause(parent)) return !isOperation(parent.parent.parent.expression);
  const equalities = ['===', '!==', '==', '!='];
  return (
    ts.isBinaryExpression(parent) &&
    equalities.includes(parent.operatorToken.getText()) &&
    !isOperation(parent.left) &&
    !isOperation(parent.right)
  );
}

test.each(['activations', 'monitor/rules', 'monitor/reporters', 'model/lint/rules'])(
  'every file in %s/ stands in its index',
  folder => {
    const index = modules.get(`${folder}/index`);
    if (index === undefined) throw new Error(`src/${folder}/index.ts does not exist`);
    const listed = index.imports.map(({specifier}) => resolve(index, specifier));
    const files = modulesIn(folder)
      .map(({name}) => name)
      .filter(name => name !== index.name && !name.slice(folder.length + 1).includes('/'));
    expect(listed).toEqual(expect.arrayContaining(files));
  },
);
