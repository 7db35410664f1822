/** One run in the list: what it is, how it went, what goes on in it now. */
import type { RunEntry } from '../../api/routes';
import { pathTo } from '../logic/place';
import { countText, valueText } from '../logic/words';
import { StatusMark } from '../parts/status-mark';
import { Tags } from '../parts/tags';
import { Duration, Time } from '../parts/times';
import { useSteps } from '../shell/under-way';

interface Props {
  run: RunEntry;
  picked: boolean;
  onPick: (pathspec: string) => void;
  /** Its tags are others now. */
  onTagged: () => void;
}

export function RunRow({ run, picked, onPick, onTagged }: Props) {
  const { pathspec, status, user, startedAt, durationMs, params, imported } = run;
  return (
    <>
      <span role="cell" class="pick">
        <input
          type="checkbox"
          aria-label={`Compare ${pathspec}`}
          checked={picked}
          onChange={() => onPick(pathspec)}
        />
      </span>
      <span role="cell" class="at-status">
        <StatusMark status={status} />
      </span>
      <span role="cell" class="at-flow">
        <a class="strong" href={pathTo(pathspec)}>
          {pathspec}
        </a>
        <span class="soft"> {imported ? 'imported' : user}</span>
      </span>
      <span role="cell" class="at-params">
        <span class="line params">
          {Object.entries(params).map(([name, value]) => (
            <span key={name}>
              <span class="soft">{name}=</span>
              {valueText(value).slice(0, 60)}
            </span>
          ))}
        </span>
        <Tags run={pathspec} tags={run.tags} onChange={onTagged} />
      </span>
      <span role="cell" class="at-started soft">
        <Time at={startedAt} />
      </span>
      <span role="cell" class="at-duration">
        <Duration ms={durationMs} since={status === 'running' ? startedAt : undefined} />
      </span>
      <span role="cell" class="at-now">
        <Now run={run} />
      </span>
    </>
  );
}

/** The error of one that failed, the steps of one that goes on, else how many tasks it had. */
function Now({ run: { pathspec, error, current, counts, status } }: { run: RunEntry }) {
  const steps = useSteps(pathspec, status === 'running') ?? current ?? [];
  if (error !== undefined && status !== 'done') return <span class="bad">{error}</span>;
  if (status === 'running') return <span class="going">{steps.join(', ')}</span>;
  if (!counts) return null;
  const { done, failed, taken = 0, reused = 0 } = counts;
  const others = [failed && `${failed} failed`, taken && `${taken} taken over`, reused && `${reused} reused`];
  return <span class="soft">{[countText(done, 'task'), ...others.filter(Boolean)].join(', ')}</span>;
}
