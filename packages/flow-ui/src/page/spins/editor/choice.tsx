/** Which step of which flow, on the inputs of which run, and of which split. All of it stands in the address. */
import type { FlowReply, InputsReply, RunsReply } from '../../../api/routes';
import { withQuery } from '../../logic/place';
import { splitOf } from '../../logic/split';
import { agoText } from '../../logic/words';
import { ErrorNote } from '../../parts/notes';
import { about } from '../../shell/about';
import { setQuery } from '../../shell/router';
import { useAsk } from '../../shell/use-ask';
import { useValue } from '../../shell/value';

interface Props {
  flow: string;
  step: string;
  run: string;
  task: string;
  index: string;
  /** What the choice led to, once that is known. */
  reply: InputsReply | undefined;
}

/** What does not fit to another choice. */
const AFTER = { task: undefined, index: undefined, from: undefined, spun: undefined };

export function Choice({ flow, step, run, task, index, reply }: Props) {
  const flows = (useValue(about)?.flows ?? []).filter(({ file }) => file !== undefined);
  const described = useAsk<FlowReply>(flow === '' ? undefined : `/api/flow/${encodeURIComponent(flow)}`);
  const listed = useAsk<RunsReply>(
    flow === '' ? undefined : withQuery('/api/runs', { flow, limit: 30 }),
    (message) => message.type === 'event' && message.event.type === 'run-done' && message.event.flow === flow,
  );
  const runs = listed.value?.runs ?? [];
  const steps = (described.value?.steps ?? []).filter(({ spin }) => spin).map(({ name }) => name);
  const numbers = runs.map((entry) => String(entry.run));
  return (
    <>
      <div class="choice">
        <Select
          label="Flow"
          value={flow}
          options={flows.map(({ name }) => ({ value: name, text: name }))}
          onChoose={(next) => setQuery({ ...AFTER, flow: next, step: undefined, run: undefined })}
        />
        <Select
          label="Step"
          value={step}
          options={withValue(steps, step).map((name) => ({ value: name, text: name }))}
          onChoose={(next) => setQuery({ ...AFTER, step: next })}
        />
        <Select
          label="Inputs of run"
          value={run}
          none="the newest that has them"
          options={[
            ...(run !== '' && !numbers.includes(run) ? [{ value: run, text: run }] : []),
            ...runs.map(({ run: number, status, startedAt }) => ({
              value: String(number),
              text: `${number} · ${status} · ${agoText(startedAt, Date.now())}`,
            })),
          ]}
          onChoose={(next) => setQuery({ ...AFTER, run: next })}
        />
        {reply && <Split reply={reply} index={index} />}
        {reply && (
          <span class="soft origin">
            inputs of {reply.origin}
            {task !== '' && reply.splitsOf === 0 ? ` (task ${task})` : ''}
          </span>
        )}
      </div>
      {described.error && <ErrorNote message={described.error.message} code={described.error.code} />}
    </>
  );
}

function Split({ reply: { splits, splitsOf, choice }, index }: { reply: InputsReply; index: string }) {
  if (splitsOf === 0) return null;
  const value = index === '' ? (choice.index ?? []).join(',') : index;
  const choose = (next: string) =>
    setQuery({ index: next, task: undefined, from: undefined, spun: undefined });
  if (splits.length === splitsOf)
    return (
      <Select
        label="Split"
        value={value}
        options={splits.map((split) => ({
          value: split.index.join(','),
          text: `${split.index.join(',')} · ${split.item}`,
        }))}
        onChoose={choose}
      />
    );
  return (
    <label>
      <span>Split, of {splitsOf.toLocaleString('en')}</span>
      <input
        list="splits"
        value={value}
        size={10}
        onChange={({ currentTarget }) => {
          const read = splitOf(currentTarget.value);
          currentTarget.setCustomValidity(typeof read === 'string' ? read : '');
          if (typeof read === 'string') currentTarget.reportValidity();
          else choose(read.join(','));
        }}
      />
      <datalist id="splits">
        {splits.map((split) => (
          <option key={split.index.join()} value={split.index.join(',')}>
            {split.item}
          </option>
        ))}
      </datalist>
    </label>
  );
}

function Select(props: {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  /** Of the empty value. Absent: one has to choose. */
  none?: string;
  onChoose(value: string): void;
}) {
  const { label, value, options, none, onChoose } = props;
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {(none !== undefined || value === '') && <option value="">{none ?? 'choose …'}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

const withValue = (list: readonly string[], value: string) =>
  value === '' || list.includes(value) ? list : [value, ...list];
