/**
 * Starts a run, or goes on with one (`run=12` in the address, and `step=` to begin there): a form out of the schemas of the flow's
 * parameters.
 */
import type { FlowReply, RunReply } from '../../api/routes';
import { Answer, EmptyState } from '../parts/notes';
import { about } from '../shell/about';
import { setQuery, usePlace } from '../shell/router';
import { useAsk } from '../shell/use-ask';
import { useValue } from '../shell/value';
import { StartForm } from './start-form';

export function StartView() {
  const { query } = usePlace();
  const flows = (useValue(about)?.flows ?? []).filter(({ file }) => file !== undefined);
  const flow = query.get('flow') ?? (flows.length === 1 ? (flows[0]?.name ?? '') : '');
  const run = query.get('run') ?? '';
  const described = useAsk<FlowReply>(flow === '' ? undefined : `/api/flow/${encodeURIComponent(flow)}`);
  const origin = useAsk<RunReply>(
    flow === '' || run === '' ? undefined : `/api/run/${encodeURIComponent(flow)}/${encodeURIComponent(run)}`,
  );
  return (
    <article class="start">
      <header class="head-of">
        <div class="title">
          <h1>{run === '' ? `Run ${flow}` : `Resume ${flow}/${run}`}</h1>
        </div>
        {run === '' && flows.length > 1 && (
          <div class="choice">
            <label>
              <span>Flow</span>
              <select value={flow} onChange={({ currentTarget }) => setQuery({ flow: currentTarget.value })}>
                {flow === '' && <option value="">choose …</option>}
                {flows.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          </div>
        )}
      </header>
      {flow === '' ? (
        <EmptyState title={flows.length === 0 ? 'This workspace has no flows.' : 'Choose a flow.'} />
      ) : (
        <Answer asked={described}>
          {(reply) =>
            run === '' ? (
              <StartForm key={flow} flow={reply} />
            ) : (
              <Answer asked={origin}>
                {(of) => (
                  <StartForm key={`${flow} ${run}`} flow={reply} origin={of} step={query.get('step') ?? ''} />
                )}
              </Answer>
            )
          }
        </Answer>
      )}
    </article>
  );
}
