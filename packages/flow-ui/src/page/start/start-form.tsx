/** The form of a run that begins, or goes on. */
import { useState } from 'preact/hooks';
import type { FlowReply, RunReply, WorkReply, WorkRequest } from '../../api/routes';
import { checkedAll, problemsByField } from '../logic/check';
import { fieldsOf, textOf } from '../logic/fields';
import { tagsOf } from '../logic/filters';
import { pathTo } from '../logic/place';
import { resumeCommand, runCommand } from '../logic/spin-command';
import { CommandLine } from '../parts/copy';
import { ErrorNote } from '../parts/notes';
import { ask } from '../shell/ask';
import { go } from '../shell/router';
import { ParamField } from './param-field';

interface Props {
  flow: FlowReply;
  /** The run to go on with: its parameters stand in the fields, and only others are sent. */
  origin?: RunReply;
  /** Where to begin. */
  step?: string;
}

export function StartForm({ flow, origin, step: from = '' }: Props) {
  const fields = fieldsOf(flow.params).map((field) =>
    // What it had before stands in a field already, so nothing of it is required.
    origin ? { ...field, required: false } : field,
  );
  const begin = Object.fromEntries(
    fields.map((field) => [field.name, textOf(field, origin?.params[field.name])]),
  );
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(begin);
  const [touched, touch] = useState<ReadonlySet<string>>(new Set());
  const [refused, refuse] = useState<{ fields: Record<string, string>; rest: string }>({
    fields: {},
    rest: '',
  });
  const [tagText, setTagText] = useState('');
  const [step, setStep] = useState(from);
  const [sent, send] = useState<'no' | 'tried' | 'sending'>('no');
  const changedFields = fields.filter(({ name }) => !origin || texts[name] !== begin[name]);
  const { params, problems } = checkedAll(changedFields, texts, touched);
  const tags = tagsOf(tagText);
  const isWrong = Object.keys(problems).length > 0;
  const start = async () => {
    if (sent === 'sending') return;
    send('tried');
    if (isWrong) return document.querySelector<HTMLElement>('.start [aria-invalid="true"]')?.focus();
    send('sending');
    refuse({ fields: {}, rest: '' });
    const request: WorkRequest = origin
      ? { resume: { run: origin.pathspec, params, ...(step === '' ? {} : { step }) } }
      : { run: { flow: flow.name, params, ...(tags.length > 0 ? { tags } : {}) } };
    try {
      const { run } = await ask<WorkReply>('/api/work', { body: request });
      go(pathTo(run));
    } catch (error) {
      refuse(
        problemsByField(
          (error as Error).message,
          fields.map(({ name }) => name),
        ),
      );
      send('tried');
    }
  };
  const command = origin
    ? resumeCommand(flow.name, origin.run, step || undefined, params)
    : runCommand(flow.name, params, tags);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        start();
      }}
    >
      {refused.rest !== '' && <ErrorNote message={refused.rest} />}
      {fields.length === 0 && <p class="soft">It has no parameters.</p>}
      {fields.map((field) => {
        const { name } = field;
        const told = sent !== 'no' || touched.has(name) ? problems[name] : undefined;
        return (
          <ParamField
            key={name}
            field={field}
            text={texts[name] ?? ''}
            problem={told ?? refused.fields[name]}
            onText={(text) => {
              setTexts({ ...texts, [name]: text });
              touch(new Set([...touched, name]));
              const { [name]: _, ...others } = refused.fields;
              refuse({ ...refused, fields: others });
            }}
          />
        );
      })}
      {origin ? (
        <div class="field">
          <label for="from-step">Begin at</label>
          <select id="from-step" value={step} onChange={({ currentTarget }) => setStep(currentTarget.value)}>
            <option value="">what did not end well</option>
            {flow.steps.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <p class="soft">The tasks before that step are taken over.</p>
        </div>
      ) : (
        <div class="field">
          <label for="tags">Tags</label>
          <input
            id="tags"
            value={tagText}
            placeholder="separated by blanks"
            onInput={({ currentTarget }) => setTagText(currentTarget.value)}
          />
        </div>
      )}
      <div class="execute">
        <div class="tools">
          <button type="submit" class="main" disabled={sent === 'sending'} title="Ctrl+Enter, ⌘ Enter">
            {sent === 'sending' ? 'Starting …' : origin ? 'Resume' : 'Run'}
          </button>
          {sent !== 'no' && isWrong && <span class="wrong">Some fields are not right.</span>}
        </div>
        {!isWrong && <CommandLine command={command} />}
      </div>
    </form>
  );
}
