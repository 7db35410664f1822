/** The tasks of a run, failed ones first: filtered by step, status and text, all of it in the address. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type RunReply, STATUSES, type TasksReply } from '../../api/routes';
import { markText } from '../logic/scale';
import { statusWord } from '../logic/statuses';
import { statusCounts, type TaskFilter, taskName, taskRows, textsOf } from '../logic/task-rows';
import { countText } from '../logic/words';
import { EmptyState } from '../parts/notes';
import { StatusMark } from '../parts/status-mark';
import { Duration } from '../parts/times';
import { VirtualList } from '../parts/virtual-list';
import { setQuery } from '../shell/router';
import { useNarrow } from '../shell/use-narrow';

interface Props {
  run: RunReply;
  tasks: TasksReply;
  filter: TaskFilter;
}

export function TaskList({ run, tasks, filter }: Props) {
  const rows = useMemo(() => taskRows(tasks, filter), [tasks, filter.step, filter.status, filter.q]);
  const narrow = useNarrow();
  useEffect(() => {
    const timer = setTimeout(() => textsOf(tasks), 300);
    return () => clearTimeout(timer);
  }, [tasks]);
  return (
    <section class="tasks" aria-label="Tasks">
      <TaskFilters tasks={tasks} filter={filter} found={rows.length} />
      {rows.length === 0 ? (
        <EmptyState title={tasks.task.length === 0 ? 'No task has begun yet.' : 'No task is like that.'} />
      ) : (
        <VirtualList
          label="Tasks"
          count={rows.length}
          height={narrow ? 52 : 30}
          head={narrow ? undefined : <Head />}
          row={(at) => <TaskRow run={run} tasks={tasks} i={rows[at] as number} />}
        />
      )}
    </section>
  );
}

function Head() {
  const columns = ['Status', 'Task', 'Began', 'Duration', 'Attempts', 'Error'];
  return (
    <>
      {columns.map((name) => (
        <span role="columnheader" key={name} class={`at-${name.toLowerCase()}`}>
          {name}
        </span>
      ))}
    </>
  );
}

function TaskRow({ run, tasks, i }: { run: RunReply; tasks: TasksReply; i: number }) {
  const step = tasks.steps[tasks.step[i] as number] ?? '?';
  const [start, duration, attempts] = [tasks.start[i], tasks.duration[i], tasks.attempts[i]] as [
    number,
    number,
    number,
  ];
  const status = statusWord(tasks.status[i]);
  return (
    <>
      <span role="cell" class="at-status">
        <StatusMark status={status} />
      </span>
      <span role="cell" class="at-task">
        <a
          href={`/task/${encodeURIComponent(run.flow)}/${run.run}/${encodeURIComponent(step)}/${tasks.task[i]}`}
        >
          {taskName(tasks, i)}
        </a>
        <span class="soft"> {tasks.task[i]}</span>
      </span>
      <span role="cell" class="at-began soft number">
        {start >= 0 && status !== 'taken' && `+${markText(start)}`}
      </span>
      <span role="cell" class="at-duration">
        {duration >= 0 ? <Duration ms={duration} /> : <Duration since={run.startedAt + start} />}
      </span>
      <span role="cell" class="at-attempts number">
        {attempts > 1 && `×${attempts}`}
      </span>
      <span role="cell" class="at-error bad">
        {tasks.errors[i]}
      </span>
    </>
  );
}

function TaskFilters({ tasks, filter, found }: { tasks: TasksReply; filter: TaskFilter; found: number }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const counts = useMemo(() => statusCounts(tasks), [tasks]);
  const type = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ q: text || undefined }, { replace: true }), 120);
  };
  return (
    <div class="filters" role="search">
      <h2>Tasks</h2>
      <input
        type="search"
        data-filter
        aria-label="Filter tasks"
        placeholder="Filter tasks  ( / )"
        value={filter.q ?? ''}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <select
        aria-label="Step"
        value={filter.step ?? ''}
        onChange={(event) => setQuery({ step: event.currentTarget.value || undefined })}
      >
        <option value="">All steps</option>
        {tasks.steps.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {STATUSES.map(
        (status, i) =>
          ((counts[i] ?? 0) > 0 || filter.status === status) && (
            <button
              key={status}
              type="button"
              aria-pressed={filter.status === status}
              onClick={() => setQuery({ status: filter.status === status ? undefined : status })}
            >
              <StatusMark status={status} />{' '}
              <span class="number soft">{counts[i]?.toLocaleString('en')}</span>
            </button>
          ),
      )}
      <span class="soft" role="status">
        {found < tasks.task.length
          ? `${found.toLocaleString('en')} of ${countText(tasks.task.length, 'task')}`
          : countText(found, 'task')}
      </span>
    </div>
  );
}
