/** Two runs or two tasks beside each other. */
import type { CompareReply } from '../../api/routes';
import { told } from '../logic/compare-rows';
import { isNewsOf } from '../logic/is-of';
import { pathTo, withQuery } from '../logic/place';
import { Answer } from '../parts/notes';
import { StatusMark } from '../parts/status-mark';
import { Duration, Time } from '../parts/times';
import { go, setQuery, usePlace } from '../shell/router';
import { useAsk } from '../shell/use-ask';
import { CompareCards } from './compare-cards';
import { CompareTable } from './compare-table';
import { Times } from './times';

export function CompareView() {
  const { query } = usePlace();
  const [a, b] = [query.get('a') ?? '', query.get('b') ?? ''];
  const asked = useAsk<CompareReply>(
    a !== '' && b !== '' ? withQuery('/api/compare', { a, b }) : undefined,
    (message) => isNewsOf(message, a) || isNewsOf(message, b),
  );
  return (
    <article class="compare">
      <header class="head-of">
        <div class="title">
          <h1>Compare</h1>
        </div>
        <Chooser key={`${a} ${b}`} a={a} b={b} />
      </header>
      {a !== '' && b !== '' && <Answer asked={asked}>{(reply) => <Compared {...reply} />}</Answer>}
    </article>
  );
}

/** Which two: by pathspec, so that an address leads here as well as the list of runs. */
function Chooser({ a, b }: { a: string; b: string }) {
  return (
    <form
      class="chooser"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const side = (name: string) => String(form.get(name) ?? '').trim();
        setQuery({ a: side('a'), b: side('b') });
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
        <input name="b" value={b} placeholder="movies/12" spellcheck={false} required />
      </label>
      <button type="submit">Compare</button>
    </form>
  );
}

function Compared(reply: CompareReply) {
  const { a, b, params, artifacts, times, cards } = reply;
  return (
    <>
      <div class="two">
        {[a, b].map((side, i) => (
          <div key={i === 0 ? 'a' : 'b'} class="side">
            <h2>
              <a href={pathTo(side.pathspec)}>{side.pathspec}</a>
            </h2>
            <div class="facts">
              <StatusMark status={side.status} />
              <Duration ms={side.durationMs} since={side.startedAt} />
              <Time at={side.startedAt} />
            </div>
          </div>
        ))}
      </div>
      <section>
        <h2>
          Parameters <span class="soft">{told(params)}</span>
        </h2>
        <CompareTable rows={params} a={a.pathspec} b={b.pathspec} />
      </section>
      <section>
        <h2>
          Artifacts <span class="soft">{told(artifacts)}</span>
        </h2>
        <CompareTable rows={artifacts} a={a.pathspec} b={b.pathspec} values />
      </section>
      <Times rows={times} a={a.pathspec} b={b.pathspec} />
      <CompareCards cards={cards} a={a.pathspec} b={b.pathspec} />
    </>
  );
}
