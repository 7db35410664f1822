/** Spins a step from the page: which one on what, its inputs in editors, and what comes of it. */
import { useRef, useState } from 'preact/hooks';
import type { InputsReply, SpinDetail, SpinReply, SpinsReply } from '../../../api/routes';
import { requestOf, type Texts, textsOf } from '../../logic/editing';
import { withQuery } from '../../logic/place';
import { Answer, EmptyState, ErrorNote } from '../../parts/notes';
import { ask } from '../../shell/ask';
import { setQuery, usePlace } from '../../shell/router';
import { useAsk } from '../../shell/use-ask';
import { SpinOutcome } from '../outcome';
import { Choice } from './choice';
import { Earlier } from './earlier';
import { ExecuteBar } from './execute-bar';
import { Inputs } from './inputs';

export function SpinView() {
  const { query } = usePlace();
  const get = (name: string) => query.get(name) ?? '';
  const choice = {
    flow: get('flow'),
    step: get('step'),
    run: get('run'),
    task: get('task'),
    index: get('index'),
  };
  const chosen = choice.flow !== '' && choice.step !== '';
  const inputs = useAsk<InputsReply>(chosen ? withQuery('/api/inputs', choice) : undefined);
  const from = useAsk<SpinDetail>(get('from') === '' ? undefined : `/api/spins/${get('from')}`);
  // The editors of another choice begin anew, and so do those that begin with another spin.
  const key = JSON.stringify([choice, get('from'), from.value !== undefined]);
  return (
    <article class="spin">
      <header class="head-of">
        <div class="title">
          <h1>Spin a step</h1>
        </div>
        <Choice {...choice} reply={inputs.value} />
      </header>
      {chosen ? (
        <Answer asked={inputs}>
          {(reply) => <Editor key={key} reply={reply} begin={textsOf(from.value?.request ?? {})} />}
        </Answer>
      ) : (
        <EmptyState title="Choose a flow and a step.">
          <p>
            Its inputs stand here then: those that a run recorded. You can change them, and execute the step.
          </p>
        </EmptyState>
      )}
    </article>
  );
}

/** Whether what comes of it stands below the inputs, as in the styles. */
const below = matchMedia('(max-width: 1000px)');

function Editor({ reply, begin }: { reply: InputsReply; begin: Texts }) {
  const { query } = usePlace();
  const [texts, setTexts] = useState(begin);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState(false);
  const came = useRef<HTMLDivElement>(null);
  const spun = query.get('spun') ?? '';
  const result = useAsk<SpinDetail>(
    spun === '' ? undefined : `/api/spins/${spun}`,
    (message) => message.type === 'spin' && String(message.spin.n) === spun,
  );
  const { flow, step } = reply.choice;
  const spins = useAsk<SpinsReply>('/api/spins', ({ type }) => type === 'spin').value?.spins ?? [];
  const running = result.value?.status === 'running' || asking;
  const made = requestOf(reply, texts);
  const execute = async () => {
    if (running || 'wrong' in made) return;
    setAsking(true);
    setProblem(undefined);
    try {
      const { n } = await ask<SpinReply>('/api/spins', { body: made.request });
      setQuery({ spun: String(n) }, { replace: true });
      if (below.matches) came.current?.scrollIntoView({ block: 'start' });
    } catch (error) {
      setProblem((error as Error).message);
    }
    setAsking(false);
  };
  const stop = () =>
    ask(`/api/spins/${spun}`, { method: 'DELETE', body: {} }).catch((error: Error) =>
      setProblem(error.message),
    );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key that works in each of its fields
    <div
      class="editor"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        execute();
      }}
    >
      <div class="given">
        <Inputs reply={reply} texts={texts} onTexts={setTexts} />
        <ExecuteBar
          reply={reply}
          made={made}
          running={running}
          onExecute={execute}
          onStop={stop}
          onRevert={() => setTexts({})}
        />
      </div>
      <div class="came" ref={came}>
        {problem !== undefined && <ErrorNote message={problem} />}
        {spun === '' ? (
          problem === undefined && <p class="empty soft">The result appears here.</p>
        ) : (
          <>
            <h2>
              <a href={`/spins/${spun}`}>Spin {spun}</a>
            </h2>
            <Answer asked={result}>{(spin) => <SpinOutcome key={spin.n} spin={spin} />}</Answer>
          </>
        )}
        <Earlier spins={spins.filter((spin) => spin.flow === flow && spin.step === step)} shown={spun} />
      </div>
    </div>
  );
}
