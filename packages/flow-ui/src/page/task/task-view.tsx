/** One task: what it made of what, what it showed and wrote, and what went wrong. */
import { useRef } from 'preact/hooks';
import type { TaskReply } from '../../api/routes';
import { growsLog, isNewsOf, isSignOf } from '../logic/is-of';
import { withQuery } from '../logic/place';
import { Commands } from '../parts/copy';
import { LogView } from '../parts/log/log';
import { Answer } from '../parts/notes';
import { ErrorBox } from '../parts/value/error-box';
import { useKeys } from '../shell/keys';
import { go } from '../shell/router';
import { useAsk } from '../shell/use-ask';
import { Attempts } from './attempts';
import { Relatives } from './relatives';
import { TaskCards } from './task-cards';
import { TaskHead } from './task-head';
import { TaskValues } from './task-values';

export interface TaskPlace {
  flow: string;
  run: number;
  step: string;
  task: number;
}

export function TaskView({ flow, run, step, task }: TaskPlace) {
  const pathspec = `${flow}/${run}/${step}/${task}`;
  const path = [flow, run, step, task].map(encodeURIComponent).join('/');
  const known = useRef(false);
  const asked = useAsk<TaskReply>(
    `/api/task/${path}`,
    (message) => isNewsOf(message, pathspec) || (!known.current && isSignOf(message, pathspec)),
  );
  const { value } = asked;
  known.current = value !== undefined;
  useKeys({
    ...(value?.spin ? { s: () => go(spinPlace(value)) } : {}),
    ...(value ? { c: () => go(withQuery('/compare', { a: value.pathspec })) } : {}),
  });
  return (
    <Answer asked={asked}>
      {(reply) => (
        <article class="task">
          <TaskHead task={reply} spin={spinPlace(reply)} />
          <div class="sides">
            <div>
              {reply.error && (
                <section>
                  <h2>{reply.caught ? 'Error, which its step catches' : 'Error'}</h2>
                  <ErrorBox error={reply.error} source={reply.source} />
                </section>
              )}
              <TaskCards task={reply} again={asked.again} />
              <TaskValues task={reply} />
              <section>
                <h2>Log</h2>
                <LogView
                  key={path}
                  path={`/api/log/${path}`}
                  grows={(message) => growsLog(message, pathspec)}
                  name={`${pathspec.replaceAll('/', '-')}.log`}
                />
              </section>
            </div>
            <aside>
              <Attempts task={reply} />
              <Relatives task={reply} />
              <Commands commands={reply.commands} />
            </aside>
          </div>
        </article>
      )}
    </Answer>
  );
}

function spinPlace({ flow, run, step, task, index }: TaskReply): string {
  return withQuery('/spin', { flow, step, run, task, index: index.join(',') });
}
