import {markup} from './markup.js';
import type {Markup, Part} from './markup.js';

/** A name from outside, kept apart from the direction in which the text around it is written. */
export function nameOf(text: string): Markup {
  return markup`<bdi class="name">${text}</bdi>`;
}

export interface Column<Row> {
  readonly title: string;
  readonly isText?: boolean;
  readonly value: (row: Row) => Part;
}

/** A table that scrolls sideways where it must; the first column heads its rows. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  const kind = ({isText}: Column<Row>): string => (isText ? 'text' : 'number');
  const head = columns.map(
    each => markup`<th scope="col" class="${kind(each)}">${each.title}</th>`,
  );
  const body = rows.map(row => {
    const cells = columns.map((each, index) =>
      index === 0
        ? markup`<th scope="row" class="${kind(each)}">${each.value(row)}</th>`
        : markup`<td class="${kind(each)}">${each.value(row)}</td>`,
    );
    return markup`<tr>${cells}</tr>
`;
  });
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption><span>${caption}</span></caption>
      <thead><tr>${head}</tr></thead>
      <tbody>${body}</tbody>
    </table>
  </div>`;
}

/** Terms and what they are. */
export function definitions(entries: readonly (readonly [Part, Part])[]): Markup {
  const pairs = entries.map(
    ([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  );
  return markup`<dl>${pairs}</dl>`;
}
