import {plural, ranges} from '../../text.js';
import type {Report} from '../../types.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {formatCount} from './numbers.js';
import {definitions, nameOf, table} from './parts.js';

/** So many runs of units are shown. */
const SHOWN_UNITS = 40;

/** The units that were started anew, and those that could not be; nothing where none was to be. */
export function revivalsSection({revived = [], notRevived = []}: Report): Markup | null {
  if (revived.length + notRevived.length === 0) return null;
  const reasons = notRevived.map(
    ({layer, units, reason}) =>
      [nameOf(layer), `${plural(units.length, 'unit')} not revived: ${reason}`] as const,
  );
  return markup`<section id="revived" aria-labelledby="revived-title">
    <h2 id="revived-title">Revived units</h2>
    <div class="card reasons">
      ${revived.length > 0 && revivedTable(revived)}
      ${reasons.length > 0 && definitions(reasons)}
    </div>
  </section>`;
}

function revivedTable(revived: NonNullable<Report['revived']>): Markup {
  return table(
    'Units that were started anew while the model trained',
    [
      {title: 'layer', isText: true, value: ({layer}) => nameOf(layer)},
      {title: 'count', value: ({units}) => formatCount(units.length)},
      {title: 'units', isText: true, value: ({units}) => ranges(units, SHOWN_UNITS)},
      {title: 'epoch', value: ({epoch}) => formatCount(epoch)},
      {title: 'after step', value: ({step}) => formatCount(step)},
      {title: 'drawn in', isText: true, value: ({producer}) => nameOf(producer)},
      {title: '0 in', isText: true, value: ({consumers}) => nameOf(consumers.join(', '))},
    ],
    revived,
  );
}
