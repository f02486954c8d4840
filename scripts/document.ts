/** Pages of docs/ that scripts write. */
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {format, resolveConfig} from 'prettier';

/** Rows of cells, the first of them the titles, as a table in Markdown. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  return [rows[0], rows[0].map(() => '---'), ...rows.slice(1)]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** The path of a page of docs/. */
export function pathOf(name: string): string {
  return path.join(__dirname, '../docs', name);
}

/** Markdown as it should lie in a file. */
export async function formatMarkdown(file: string, text: string): Promise<string> {
  return format(text, {...(await resolveConfig(file)), parser: 'markdown'});
}

/** Writes a page of docs/, formatted. */
export async function writeDocument(name: string, text: string): Promise<void> {
  const file = pathOf(name);
  await writeFile(file, await formatMarkdown(file, text));
}
