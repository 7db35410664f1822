/** An input as JSON that can be edited: a mistake is told as one types, and what was recorded can be had back. */
import { useId, useRef } from 'preact/hooks';
import type { InputEntry } from '../../../api/routes';
import { type Edit, editedOf } from '../../logic/json/edits';

interface Props {
  input: InputEntry;
  edit: Edit;
  onText(text: string): void;
}

/** Lines of an editor. */
const MOST = 12;

export function InputEditor({ input: { kind, name, type }, edit, onText }: Props) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const edited = editedOf(edit);
  const mistake = edited.state === 'wrong' ? edited.mistake : undefined;
  const show = () => {
    const { current } = field;
    if (!current || !mistake) return;
    current.focus();
    current.setSelectionRange(mistake.at, mistake.at + 1);
  };
  return (
    <div class={`input ${edited.state} ${edit.text.length > 24 ? 'wide' : ''}`}>
      <div class="of">
        <label class="label" for={id}>
          <code class="name">{name}</code>
        </label>
        {edited.state === 'same' ? (
          <span class="type">{kind === 'item' ? `item, ${type}` : type}</span>
        ) : (
          <span class="change changed">≠ changed</span>
        )}
        <span class="spring" />
        <button
          type="button"
          class="quiet"
          disabled={edit.text === edit.before}
          onClick={() => onText(edit.before)}
        >
          Revert <span class="unseen">{name}</span>
        </button>
      </div>
      <textarea
        id={id}
        ref={field}
        rows={Math.min(MOST, edit.text.split('\n').length)}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake ? `${id}-mistake` : undefined}
        value={edit.text}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      {mistake && (
        <button type="button" class="mistake" id={`${id}-mistake`} onClick={show}>
          Line {mistake.line}, column {mistake.column}: {mistake.message}
        </button>
      )}
    </div>
  );
}
