/** An input that cannot be edited here: why, and the value in a frame. */
import { useState } from 'preact/hooks';
import type { InputEntry, SpinChoice } from '../../../api/routes';
import { bytesText } from '../../logic/words';
import { OpenValue } from '../../parts/value/values';

interface Props {
  input: InputEntry;
  /** Its name without whose it is. */
  label?: string;
  choice: SpinChoice;
}

export function FixedInput({ input, label, choice }: Props) {
  const [open, setOpen] = useState(false);
  const { kind, name, type, size, fixed, preview } = input;
  return (
    <>
      <details
        class="input fixed value"
        open={open}
        onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      >
        <summary>
          <code class="name">{label ?? name}</code> <span class="type">{type}</span>{' '}
          <span class="size number">{bytesText(size)}</span> <code class="preview">{preview ?? ''}</code>
        </summary>
        {open && (
          <div class="opened">
            {kind !== 'item' && <p class="soft">{fixed ?? 'It cannot be edited here.'}</p>}
            <OpenValue
              name={name}
              type={type}
              request={(path) => ({ value: { inputs: choice, name, ...(path ? { path } : {}) } })}
            />
          </div>
        )}
      </details>
      {kind === 'item' && <p class="soft">{fixed}</p>}
    </>
  );
}
