/** A run on one page: what it is, its graph, its timeline, its tasks. A step that is clicked filters the tasks. */
import './run.css';
import { useMemo } from 'preact/hooks';
import type { RunReply, TasksReply } from '../../api/routes';
import { Answer } from '../parts/notes';
import { changesRun } from '../shell/happenings';
import { setQuery, usePlace } from '../shell/router';
import { useAsk } from '../shell/use-ask';
import { FlowGraph } from './flow-graph';
import { RunHead } from './run-head';
import { SharedCards } from './shared-cards';
import { TaskList } from './task-list';
import { Timeline } from './timeline';

export function RunView({ flow, run }: { flow: string; run: number }) {
  const { query } = usePlace();
  const path = `/api/run/${encodeURIComponent(flow)}/${run}`;
  const live = useMemo(() => changesRun(flow, run), [flow, run]);
  const liveTasks = useMemo(() => changesRun(flow, run), [flow, run]);
  const asked = useAsk<RunReply>(path, live);
  const tasks = useAsk<TasksReply>(`${path}/tasks`, liveTasks);
  const filter = {
    step: query.get('step') ?? undefined,
    status: query.get('status') ?? undefined,
    q: query.get('q') ?? undefined,
  };
  const timeline = useMemo(
    () => asked.value && tasks.value && <Timeline run={asked.value} tasks={tasks.value} step={filter.step} />,
    [asked.value, tasks.value, filter.step],
  );
  const choose = (step: string | undefined) => setQuery({ step: step === filter.step ? undefined : step });
  return (
    <article class="run">
      <Answer asked={asked}>
        {(reply) => (
          <>
            <RunHead run={reply} again={asked.again} />
            <FlowGraph run={reply} step={filter.step} onStep={choose} />
            <SharedCards run={reply} step={filter.step} again={asked.again} />
            <Answer asked={tasks}>
              {(all) => (
                <>
                  {timeline}
                  <TaskList run={reply} tasks={all} filter={filter} />
                </>
              )}
            </Answer>
          </>
        )}
      </Answer>
    </article>
  );
}
