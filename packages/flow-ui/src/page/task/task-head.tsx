/** What a task is, how it went, and what can be done with it. */
import type { TaskReply } from '../../api/routes';
import { pathTo, withQuery } from '../logic/place';
import { CopyButton } from '../parts/copy';
import { StatusMark } from '../parts/status-mark';
import { Duration, Time } from '../parts/times';

export function TaskHead({ task, spin }: { task: TaskReply; spin: string }) {
  const { flow, run, step, pathspec, kind, status, caught, index, iteration, origin } = task;
  return (
    <header class="head-of">
      <div class="title">
        <h1>
          <a href={withQuery('/runs', { flow })}>{flow}</a>/<a href={pathTo(`${flow}/${run}`)}>{run}</a>/
          {step}/{task.task}
        </h1>
        <CopyButton text={pathspec} label="Copy the pathspec" />
        <span class="spring" />
        {task.spin && (
          <a class="button main" href={spin} title="Key: s">
            Spin this
          </a>
        )}
        <a
          class="button"
          href={withQuery('/compare', { a: origin ?? pathspec, b: origin && pathspec })}
          title="Key: c"
        >
          {origin ? 'Compare with the origin' : 'Compare …'}
        </a>
      </div>
      <div class="facts">
        <StatusMark status={caught && status === 'failed' ? 'caught' : status} />
        <span>
          <Duration ms={task.durationMs} since={status === 'running' ? task.startedAt : undefined} />
        </span>
        <span>
          began <Time at={task.startedAt} />
        </span>
        <span>{kind}</span>
        {index.length > 0 && <span>split {index.join(',')}</span>}
        {iteration !== undefined && <span>iteration {iteration}</span>}
        {task.case !== undefined && (
          <span>
            took the case <code>{task.case}</code>
          </span>
        )}
        {origin !== undefined && (
          <span>
            taken from <a href={pathTo(origin)}>{origin}</a>
          </span>
        )}
      </div>
    </header>
  );
}
