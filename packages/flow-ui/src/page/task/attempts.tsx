/** The attempts of a task, each with its error. One that did not fail is no news. */
import type { TaskReply } from '../../api/routes';
import { StatusMark } from '../parts/status-mark';
import { Duration } from '../parts/times';

export function Attempts({ task: { attempts } }: { task: TaskReply }) {
  if (attempts.length < 2) return null;
  return (
    <section>
      <h2>Attempts</h2>
      <ol class="attempts">
        {attempts.map(({ attempt, status, startedAt, durationMs, error }) => (
          <li key={attempt}>
            <span class="number">{attempt}</span> <StatusMark status={status} />{' '}
            <Duration ms={durationMs} since={status === 'running' ? startedAt : undefined} />
            {error && (
              <details>
                <summary>
                  {error.name}: {error.message.split('\n', 1)[0]}
                </summary>
                <pre>{error.stack ?? error.message}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
