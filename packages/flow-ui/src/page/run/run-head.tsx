/** What a run is: status, times, parameters, tags, where it comes from; the commands behind it, and what can be done with it. */
import { useState } from 'preact/hooks';
import type { RunReply, WorkReply, WorkRequest } from '../../api/routes';
import { pathTo, withQuery } from '../logic/place';
import { countText, valueText } from '../logic/words';
import { Commands } from '../parts/copy';
import { ErrorNote } from '../parts/notes';
import { StatusMark } from '../parts/status-mark';
import { Tags } from '../parts/tags';
import { Duration, Time } from '../parts/times';
import { about } from '../shell/about';
import { AskError, ask } from '../shell/ask';
import { go } from '../shell/router';
import { useValue } from '../shell/value';

export function RunHead({ run, again }: { run: RunReply; again: () => void }) {
  const { pathspec, flow, status, startedAt, durationMs, counts, params, tags, systemTags, failure } = run;
  return (
    <header class="run-head">
      <div class="title">
        <h1>
          <a href={withQuery('/runs', { flow })}>{flow}</a>/{run.run}
        </h1>
        <StatusMark status={status} />
        <Duration ms={durationMs} since={status === 'running' ? startedAt : undefined} />
        <span class="soft">
          <Time at={startedAt} />
        </span>
        {counts && <span class="soft">{countText(counts.done + counts.failed, 'task')}</span>}
        <Tags run={pathspec} tags={tags} onChange={again} />
        <Actions run={run} again={again} />
      </div>
      <dl class="facts">
        {Object.entries(params).map(([name, value]) => (
          <Fact key={name} name={name} mono>
            {valueText(value)}
          </Fact>
        ))}
        <Origin run={run} />
        {systemTags.length > 0 && <Fact name="system tags">{systemTags.join(', ')}</Fact>}
      </dl>
      {failure && (
        <div class="error-note">
          <b>{failure.name}</b>: {failure.message}
          {failure.stack !== undefined && (
            <details>
              <summary>Stack</summary>
              <pre>{failure.stack}</pre>
            </details>
          )}
        </div>
      )}
      <Commands commands={run.commands} />
    </header>
  );
}

function Fact({
  name,
  mono,
  children,
}: {
  name: string;
  mono?: boolean;
  children: preact.ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={mono ? 'mono' : undefined}>{children}</dd>
    </div>
  );
}

function Origin({ run: { user, namespace, imported, origin, git, environment } }: { run: RunReply }) {
  return (
    <>
      <Fact name="user">{namespace === `user:${user}` ? user : `${user}, ${namespace}`}</Fact>
      {origin !== undefined && (
        <Fact name="resumed from">
          <a href={pathTo(origin)}>{origin}</a>
        </Fact>
      )}
      {imported && <Fact name="imported">yes</Fact>}
      {git && (
        <Fact name="git" mono>
          {git.commit.slice(0, 10)}
          {git.branch !== undefined && ` ${git.branch}`}
          {git.dirty && ' with changes'}
        </Fact>
      )}
      <Fact name="on">
        {environment.host}, Node {environment.node.replace(/^v/, '')}
      </Fact>
    </>
  );
}

/** Resume and stop do what the commands do. */
function Actions({ run, again }: { run: RunReply; again: () => void }) {
  const [error, fail] = useState<AskError>();
  const [busy, setBusy] = useState(false);
  const file = useValue(about)?.flows.find(({ name }) => name === run.flow)?.file;
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
      fail(undefined);
    } catch (thrown) {
      if (thrown instanceof AskError) fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  const resume = () =>
    act(async () => {
      const body: WorkRequest = { resume: { run: run.pathspec } };
      go(pathTo((await ask<WorkReply>('/api/work', { body })).run));
    });
  const stop = () =>
    act(async () => {
      await ask(`/api/work/${encodeURIComponent(run.flow)}/${run.run}`, { method: 'DELETE' });
      again();
    });
  const ended = run.status !== 'running';
  return (
    <span class="actions">
      {ended && run.status !== 'done' && file !== undefined && (
        <button type="button" class="main" disabled={busy} onClick={resume}>
          Resume
        </button>
      )}
      {ended && run.status !== 'done' && file !== undefined && (
        <a class="button" href={withQuery('/start', { flow: run.flow, run: run.run })}>
          Resume with …
        </a>
      )}
      {file !== undefined && (
        <a class="button" href={withQuery('/start', { flow: run.flow })}>
          Run …
        </a>
      )}
      {!ended && run.here && (
        <button type="button" disabled={busy} onClick={stop}>
          Stop
        </button>
      )}
      <a class="button" href={withQuery('/runs', { flow: run.flow, pick: run.pathspec })}>
        Compare …
      </a>
      {error && <ErrorNote message={error.message} code={error.code} />}
    </span>
  );
}
