/** The spins of this workspace since the server began, newest first, as they go on. */
import type { SpinEntry, SpinsReply } from '../../api/routes';
import { changedText, factorText, spinName } from '../logic/spin-words';
import { countText } from '../logic/words';
import { Answer, EmptyState } from '../parts/notes';
import { StatusMark } from '../parts/status-mark';
import { Duration, Time } from '../parts/times';
import { VirtualList } from '../parts/virtual-list';
import { useAsk } from '../shell/use-ask';
import { useNarrow } from '../shell/use-narrow';

export function SpinsView() {
  const asked = useAsk<SpinsReply>('/api/spins', ({ type }) => type === 'spin');
  return (
    <article class="spins">
      <header class="head-of">
        <div class="title">
          <h1>Spins of the moment</h1>
          <span class="spring" />
          <a class="button main" href="/spin">
            Spin a step
          </a>
        </div>
      </header>
      <Answer asked={asked}>{(reply) => <SpinList {...reply} />}</Answer>
    </article>
  );
}

function SpinList({ spins, dropped }: SpinsReply) {
  const narrow = useNarrow();
  if (spins.length === 0)
    return (
      <EmptyState title="Nothing was spun yet.">
        <p>
          What you spin here, or by <code>nx-flow spin</code> in this workspace, stands here while this server
          goes on. It is in its memory alone.
        </p>
      </EmptyState>
    );
  return (
    <>
      <VirtualList
        count={spins.length}
        height={narrow ? 62 : 34}
        label="Spins"
        keyOf={(at) => spins[at]?.n ?? at}
        row={(at) => <SpinRow spin={spins[at] as SpinEntry} />}
        rowClass={() => 'spin-row'}
        head={
          narrow ? undefined : (
            <div class="spin-row" role="none">
              {['#', 'Step', 'Status', 'Time', 'Against the origin', 'Against the one before', 'When'].map(
                (name) => (
                  <span key={name} role="columnheader">
                    {name}
                  </span>
                ),
              )}
            </div>
          )
        }
      />
      {dropped > 0 && <p class="soft">{countText(dropped, 'older spin')} had no room in its memory.</p>}
    </>
  );
}

function SpinRow({ spin }: { spin: SpinEntry }) {
  const { n, status, durationMs, originMs, at, error, changed, changedSince, origin, here, user } = spin;
  const isOver = status === 'done';
  const cells = [
    <a href={`/spins/${n}`}>{n}</a>,
    <span>
      {spinName(spin)} {!here && <span class="soft">by {user}, by command</span>}
    </span>,
    <StatusMark status={status} />,
    <>
      <Duration ms={durationMs} since={status === 'running' ? at : undefined} />{' '}
      <span class="soft">{factorText(durationMs, originMs)}</span>
    </>,
    error !== undefined ? (
      <span class="wrong" title={error}>
        {error}
      </span>
    ) : (
      isOver && (origin === undefined ? <span class="soft">no origin</span> : <Changed count={changed} />)
    ),
    isOver && <Changed count={changedSince} />,
    <Time at={at} />,
  ];
  return (
    <>
      {cells.map((cell, i) => (
        <span key={i} role="cell" class={`cell c${i}`}>
          {cell}
        </span>
      ))}
    </>
  );
}

function Changed({ count }: { count: number | undefined }) {
  return <span class={count === 0 ? 'soft' : 'changed-count'}>{changedText(count)}</span>;
}
