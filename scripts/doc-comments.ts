/** The doc comments of activations and layers, as their sources have them. */
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface DocComment {
  /** What it is. */
  readonly summary: string;
  /** The formula as a reader has it, on one line or several. */
  readonly formula: string;
  /** What else is to be known. */
  readonly remarks: readonly string[];
}

const FOLDERS = ['activations', 'layers/mixing'];

/** By the name of the activation. */
export function docComments(): Map<string, DocComment> {
  const files = FOLDERS.flatMap(folder => {
    const place = path.join(__dirname, '../src', folder);
    return readdirSync(place).map(file => path.join(place, file));
  });
  return new Map(files.flatMap(commentsIn));
}

function commentsIn(file: string): [string, DocComment][] {
  const text = readFileSync(file, 'utf8');
  const {statements} = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return statements.flatMap(statement => {
    const name = nameOf(statement);
    const ranges = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
    const last = ranges[ranges.length - 1];
    return name && last ? [[name, parse(text.slice(last.pos, last.end))]] : [];
  });
}

/** `mish` of `const mish = createActivation(…)`, `kan` of a class whose activationName it is. */
function nameOf(statement: ts.Statement): string | undefined {
  if (ts.isVariableStatement(statement)) {
    const [{name, initializer}] = statement.declarationList.declarations;
    return initializer?.getText().startsWith('createActivation(') ? name.getText() : undefined;
  }
  if (!ts.isClassDeclaration(statement)) return undefined;
  const member = statement.members.find(each => each.name?.getText() === 'activationName');
  const value = member && ts.isPropertyDeclaration(member) ? member.initializer : undefined;
  return value && ts.isStringLiteral(value) ? value.text : undefined;
}

function parse(comment: string): DocComment {
  const lines = comment.split('\n').map(line => line.replace(/^\s*\/?\*+\/?\s?/, ''));
  const tag = lines.findIndex(line => line.startsWith('@'));
  const paragraphs = (tag < 0 ? lines : lines.slice(0, tag))
    .join('\n')
    .split(/\n{2,}/)
    .filter(paragraph => paragraph.trim() !== '');
  const isFormula = (paragraph: string): boolean => /^\n?\s{4}/.test(paragraph);
  const joined = (paragraph: string): string => paragraph.trim().replaceAll('\n', ' ');
  const [summary, ...remarks] = paragraphs.filter(each => !isFormula(each)).map(joined);
  const formula = paragraphs
    .filter(isFormula)
    .map(each => each.replaceAll(/^\s{4}/gm, '').trim())
    .join('\n');
  return {summary, formula, remarks};
}
