/** One spin of the moment: what it made beside its origin and beside the spin before, and what can be done next. */
import { useState } from 'preact/hooks';
import type { SpinDetail, SpinReply, SpinsReply } from '../../api/routes';
import { editorOf, spinName } from '../logic/spin-words';
import { Answer, ErrorNote } from '../parts/notes';
import { ask } from '../shell/ask';
import { useKeys } from '../shell/keys';
import { go } from '../shell/router';
import { useAsk } from '../shell/use-ask';
import { SpinOutcome } from './outcome';

export function SpunView({ n }: { n: number }) {
  const asked = useAsk<SpinDetail>(
    `/api/spins/${n}`,
    (message) => message.type === 'spin' && message.spin.n === n,
  );
  return (
    <article class="spun">
      <Answer asked={asked}>
        {(spin) => (
          <>
            <SpunHead spin={spin} />
            <SpinOutcome spin={spin} />
          </>
        )}
      </Answer>
    </article>
  );
}

function SpunHead({ spin }: { spin: SpinDetail }) {
  const { n, request } = spin;
  const [problem, setProblem] = useState<string>();
  const others = useAsk<SpinsReply>('/api/spins', ({ type }) => type === 'spin').value?.spins ?? [];
  const like = others.filter(({ flow, step }) => flow === spin.flow && step === spin.step);
  const [newer, older] = [like.findLast((other) => other.n > n), like.find((other) => other.n < n)];
  const attempt = (work: () => Promise<void>) => () =>
    work().catch((error: Error) => setProblem(error.message));
  const again = attempt(async () => {
    const reply = await ask<SpinReply>('/api/spins', { body: request });
    go(`/spins/${reply.n}`);
  });
  // Of a spin by a command the page knows the inputs that it began with, not what was changed.
  const editor = request ? editorOf(request, n) : editorOf({ ...spin, ...placeOf(spin.origin) });
  const change = () => go(editor);
  useKeys({
    ...(request && spin.status !== 'running' ? { r: again } : {}),
    e: change,
    ...(newer ? { '[': () => go(`/spins/${newer.n}`) } : {}),
    ...(older ? { ']': () => go(`/spins/${older.n}`) } : {}),
  });
  return (
    <header class="head-of">
      <div class="title">
        <h1>
          <a href="/spins">Spin {n}</a> {spinName(spin)}
        </h1>
        <span class="spring" />
        {spin.status === 'running' && spin.here && (
          <button
            type="button"
            onClick={attempt(() => ask(`/api/spins/${n}`, { method: 'DELETE', body: {} }))}
          >
            Stop
          </button>
        )}
        {request && (
          <button type="button" disabled={spin.status === 'running'} onClick={again} title="Key: r">
            Again
          </button>
        )}
        <a class="button main" href={editor} title="Key: e">
          Change and spin
        </a>
      </div>
      {(newer || older) && (
        <nav class="facts" aria-label="Spins of this step">
          {newer && (
            <a href={`/spins/${newer.n}`} title="Key: [">
              ‹ newer: {newer.n}
            </a>
          )}
          {older && (
            <a href={`/spins/${older.n}`} title="Key: ]">
              the one before: {older.n} ›
            </a>
          )}
        </nav>
      )}
      {problem !== undefined && <ErrorNote message={problem} />}
    </header>
  );
}

/** The run and the task of `movies/12/genre/3`; of a run alone, that. */
function placeOf(origin: string | undefined): { run?: number; task?: number } {
  const [, run, , task] = origin?.split('/') ?? [];
  return {
    ...(run === undefined ? {} : { run: Number(run) }),
    ...(task === undefined ? {} : { task: Number(task) }),
  };
}
