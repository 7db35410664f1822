/** All runs: filtered, sorted, live. The address holds each filter, and the runs that are chosen to be compared. */
import './runs.css';
import { filtersOf, nextSort, toggled } from '../logic/filters';
import { withQuery } from '../logic/place';
import { EmptyState, ErrorNote, Waiting } from '../parts/notes';
import { VirtualList } from '../parts/virtual-list';
import { setQuery, usePlace } from '../shell/router';
import { useNarrow } from '../shell/use-narrow';
import { FilterBar } from './filter-bar';
import { RunRow } from './run-row';
import { useRuns } from './use-runs';

const COLUMNS = [
  ['status', 'Status'],
  ['flow', 'Run'],
  ['', 'Parameters, tags'],
  ['started', 'Started'],
  ['duration', 'Duration'],
] as const;

export function RunsView() {
  const { query } = usePlace();
  const filters = filtersOf(query);
  const { list, stale, error, more, again } = useRuns(filters);
  const narrow = useNarrow();
  const picked = (query.get('pick') ?? '').split(',').filter(Boolean);
  const pick = (pathspec: string) =>
    // Two are compared: the older choice makes room.
    setQuery({ pick: toggled(picked.join(','), pathspec).split(',').slice(-2).join(',') }, { replace: true });
  const rows = list?.rows ?? [];
  return (
    <section class="runs">
      <h1 class="unseen">Runs</h1>
      <FilterBar filters={filters} />
      {error && <ErrorNote message={error.message} code={error.code} />}
      {!list && !error && <Waiting />}
      {list && rows.length === 0 && (
        <NoRuns filtered={Object.keys(filters).some((name) => name !== 'sort')} />
      )}
      {rows.length > 0 && (
        <div class={stale ? 'stale' : undefined}>
          <VirtualList
            label="Runs"
            count={rows.length}
            height={narrow ? 84 : 50}
            keyOf={(i) => rows[i]?.pathspec ?? i}
            head={<Head sort={filters.sort} />}
            row={(i) => {
              const run = rows[i];
              return (
                run && (
                  <RunRow run={run} picked={picked.includes(run.pathspec)} onPick={pick} onTagged={again} />
                )
              );
            }}
            onEnd={more}
          />
        </div>
      )}
      {picked.length > 0 && <Picked picked={picked} />}
    </section>
  );
}

/** Each head that sorts is a button. */
function Head({ sort = '-started' }: { sort?: string | undefined }) {
  return (
    <>
      <span role="columnheader" class="pick">
        <span class="unseen">Compare</span>
      </span>
      {COLUMNS.map(([name, label]) => {
        const sorted = sort.replace('-', '') === name && name !== '';
        const order = sort.startsWith('-') ? 'descending' : 'ascending';
        return (
          <span
            role="columnheader"
            key={label}
            class={`at-${name || 'params'}`}
            aria-sort={sorted ? order : undefined}
          >
            {name === '' ? (
              label
            ) : (
              <button type="button" class="quiet" onClick={() => setQuery({ sort: nextSort(sort, name) })}>
                {label} {sorted && <span aria-hidden="true">{order === 'descending' ? '↓' : '↑'}</span>}
              </button>
            )}
          </span>
        );
      })}
    </>
  );
}

function Picked({ picked }: { picked: readonly string[] }) {
  const [b, a] = picked;
  return (
    <div class="picked" role="status">
      {a === undefined ? (
        <span>
          <b>{b}</b> is chosen. Choose another run to compare it with.
        </span>
      ) : (
        <a class="button strong" href={withQuery('/compare', { a, b })}>
          Compare {b} with {a}
        </a>
      )}
      <button type="button" class="quiet" onClick={() => setQuery({ pick: undefined }, { replace: true })}>
        Choose none
      </button>
    </div>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyState title="No run is like that.">
      <a href="/runs">All runs</a>
    </EmptyState>
  ) : (
    <EmptyState title="There are no runs yet.">
      <p>
        Run a flow by <code>nx-flow run &lt;flow&gt;</code>, or choose one above under Flows.
      </p>
    </EmptyState>
  );
}
