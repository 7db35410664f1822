/** Which two are compared: by pathspec. The same run or task of a run before is suggested, and others can be chosen. */
import type { RunsReply, TasksReply } from '../../api/routes';
import { withQuery } from '../logic/place';
import { partsOf, runBefore, sameTask } from '../logic/same-task';
import { agoText } from '../logic/words';
import { go, setQuery, usePlace } from '../shell/router';
import { useAsk } from '../shell/use-ask';

export function Chooser({ a, b }: { a: string; b: string }) {
  const { runs, run, suggested, none } = useSuggestion(a, b);
  const right = b === '' ? (suggested ?? '') : b;
  return (
    <>
      <form
        key={`${a} ${right}`}
        class="chooser"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const side = (name: string) => String(form.get(name) ?? '').trim();
          setQuery({ a: side('a'), b: side('b'), with: undefined });
        }}
      >
        <label>
          <span class="soft">Left</span>{' '}
          <input name="a" value={a} placeholder="movies/11" spellcheck={false} required />
        </label>
        <button
          type="button"
          aria-label="Change sides"
          disabled={a === '' || b === ''}
          onClick={() => go(withQuery('/compare', { a: b, b: a }))}
        >
          ⇄
        </button>
        <label>
          <span class="soft">Right</span>{' '}
          <input name="b" value={right} placeholder={a || 'movies/12'} spellcheck={false} required />
        </label>
        {runs.length > 0 && (
          <label>
            <span class="soft">of run</span>{' '}
            <select
              value={String(run ?? '')}
              onChange={({ currentTarget }) => setQuery({ b: undefined, with: currentTarget.value })}
            >
              {runs.map(({ run: number, status, startedAt }) => (
                <option key={number} value={String(number)}>
                  {number} · {status} · {agoText(startedAt, Date.now())}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="submit" class={b === '' ? 'main' : undefined}>
          Compare
        </button>
      </form>
      {none && <p class="soft">Run {run} has no such task.</p>}
    </>
  );
}

/** Of runs, that is the run; of tasks, the one of the same step and split. */
function useSuggestion(a: string, b: string) {
  const asked = usePlace().query.get('with') ?? '';
  const [left, right] = [partsOf(a), partsOf(b)];
  const list = useAsk<RunsReply>(left && withQuery('/api/runs', { flow: left.flow, limit: 30 })).value?.runs;
  const runs = (list ?? []).filter(({ run }) => run !== left?.run);
  const given = right && right.flow === left?.flow ? right.run : undefined;
  const run = given ?? (asked === '' ? left && list && runBefore(list, left.run) : Number(asked));
  const wants = left?.task !== undefined && b === '' && run !== undefined;
  const tasksOf = (number: number) => `/api/run/${encodeURIComponent(left?.flow ?? '')}/${number}/tasks`;
  const own = useAsk<TasksReply>(wants ? tasksOf(left.run) : undefined).value;
  const other = useAsk<TasksReply>(wants ? tasksOf(run) : undefined).value;
  const base = left && run !== undefined ? `${left.flow}/${run}` : undefined;
  if (left?.step === undefined || left.task === undefined) return { runs, run, suggested: base };
  if (!wants || !own || !other) return { runs, run };
  const task = sameTask(own, other, left.step, left.task);
  return task === undefined
    ? { runs, run, none: true }
    : { runs, run, suggested: `${base}/${left.step}/${task}` };
}
