/** Rows of a comparison: what differs first, and what is the same folded away where it is much. */
import { useState } from 'preact/hooks';
import type { CompareRow } from '../../api/routes';
import { ordered } from '../logic/compare-rows';
import { countText } from '../logic/words';
import { Frame } from '../parts/frame/frame';
import { ChangeMark, Inside } from '../parts/value/change';

interface Props {
  rows: readonly CompareRow[];
  /** The pathspecs of both sides. */
  a: string;
  b: string;
  /** Each row is an artifact of both tasks, which can be looked at. */
  values?: boolean;
}

/** So many rows that are the same are shown without being asked for. */
const FEW = 8;

export function CompareTable({ rows, a, b, values = false }: Props) {
  const same = rows.filter(({ change }) => change === 'same').length;
  const [all, showAll] = useState(false);
  const folded = same > FEW && !all;
  const shown = ordered(rows).filter(({ change }) => !folded || change !== 'same');
  const isTask = values && a.split('/').length === 4;
  return (
    <>
      {shown.length > 0 && (
        <table class="compared">
          <colgroup>
            <col class="names" />
            <col class="changes" />
            <col />
            <col />
          </colgroup>
          <thead class="unseen">
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Change</th>
              <th scope="col">{a}</th>
              <th scope="col">{b}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.name} row={row} sides={isTask ? [a, b] : undefined} />
            ))}
          </tbody>
        </table>
      )}
      {folded && (
        <button type="button" class="quiet" onClick={() => showAll(true)}>
          Show {countText(same, 'row')} that {same === 1 ? 'is' : 'are'} the same
        </button>
      )}
    </>
  );
}

function Row({ row, sides }: { row: CompareRow; sides: [string, string] | undefined }) {
  const [open, setOpen] = useState(false);
  const { name, change, a, b, inside } = row;
  const opens = sides !== undefined || (inside?.length ?? 0) > 0;
  return (
    <>
      <tr class={change}>
        <th scope="row">
          {opens ? (
            <button type="button" class="opener" aria-expanded={open} onClick={() => setOpen(!open)}>
              <code>{name}</code>
            </button>
          ) : (
            <code>{name}</code>
          )}
        </th>
        <td>
          <ChangeMark change={change} />
        </td>
        <td class="value">
          <code>{a ?? ''}</code>
        </td>
        <td class="value">
          <code>{b ?? ''}</code>
        </td>
      </tr>
      {open && (
        <tr class="below">
          <td colSpan={4}>
            <Inside lines={inside} />
            {sides && (
              <div class="two">
                {sides.map((task, i) =>
                  (i === 0 ? a : b) === undefined ? (
                    <p key={task} class="soft">
                      Not on this side.
                    </p>
                  ) : (
                    <Frame
                      key={task}
                      request={{ value: { task, name } }}
                      title={`${name} of ${task}`}
                      most={420}
                    />
                  ),
                )}
              </div>
            )}
          </td>
        </tr>
      )}
    </>
  );
}
