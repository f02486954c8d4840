/** Pages of docs/ that benchmarks write. */
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {format, resolveConfig} from 'prettier';

/** Rows of cells, the first of them the titles, as a table in Markdown. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  return [rows[0], rows[0].map(() => '---'), ...rows.slice(1)]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** Writes a page of docs/, formatted. */
export async function writeDocument(name: string, text: string): Promise<void> {
  const file = path.join(__dirname, '../../docs', name);
  const options = {...(await resolveConfig(file)), parser: 'markdown'};
  await writeFile(file, await format(text, options));
}
