/** Two runs or two tasks beside each other. */
import type { CompareReply } from '../../api/routes';
import { told } from '../logic/compare-rows';
import { isNewsOf } from '../logic/is-of';
import { pathTo, withQuery } from '../logic/place';
import { Answer } from '../parts/notes';
import { StatusMark } from '../parts/status-mark';
import { Duration, Time } from '../parts/times';
import { usePlace } from '../shell/router';
import { useAsk } from '../shell/use-ask';
import { Chooser } from './chooser';
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
        <Chooser a={a} b={b} />
      </header>
      {a !== '' && b !== '' && <Answer asked={asked}>{(reply) => <Compared {...reply} />}</Answer>}
    </article>
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
