/** Times of both sides as bars of one scale. */
import type { CompareReply } from '../../api/routes';
import { timeBars } from '../logic/compare-rows';
import { durationText } from '../logic/words';

export function Times({ rows, a, b }: { rows: CompareReply['times']; a: string; b: string }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>Times</h2>
      <table class="times">
        <colgroup>
          <col class="names" />
          <col />
          <col class="factors" />
        </colgroup>
        <thead class="unseen">
          <tr>
            <th scope="col">Step</th>
            <th scope="col">
              {a} above, {b} below
            </th>
            <th scope="col">Factor</th>
          </tr>
        </thead>
        <tbody>
          {timeBars(rows).map(({ name, a: left, b: right, aPart, bPart, factor }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                <Bar side="a" ms={left} part={aPart} />
                <Bar side="b" ms={right} part={bPart} />
              </td>
              <td class="number">{factor === undefined ? '' : `${factor.toFixed(factor < 10 ? 2 : 0)} ×`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Bar({ side, ms, part }: { side: 'a' | 'b'; ms: number | undefined; part: number }) {
  return (
    <div class={`time-bar ${side}`}>
      <span class="length" style={{ width: `calc((100% - 80px) * ${part.toFixed(4)})` }} />
      <span class="number">{ms === undefined ? '–' : durationText(ms)}</span>
    </div>
  );
}
