/** Copies a text, and says that it did. */
import { useState } from 'preact/hooks';
import type { CommandEntry } from '../../api/routes';

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, say] = useState('');
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => copyOldWay(text),
    );
    say(done ? 'Copied' : 'Not copied');
    setTimeout(() => say(''), 1500);
  };
  return (
    <button type="button" class="quiet" title={`Copy: ${text}`} onClick={copy}>
      <span aria-live="polite">{said || label}</span>
    </button>
  );
}

/** A command as one types it, with a button that copies it. */
export function CommandLine({ command, label }: { command: string; label?: string }) {
  return (
    <div class="command">
      {label !== undefined && <span class="soft">{label}</span>}
      <code>{command}</code>
      <CopyButton text={command} />
    </div>
  );
}

/** Commands behind what one sees, folded away. */
export function Commands({ commands }: { commands: readonly CommandEntry[] }) {
  if (commands.length === 0) return null;
  return (
    <details class="commands">
      <summary>Commands</summary>
      {commands.map(({ label, command }) => (
        <CommandLine key={command} label={label} command={command} />
      ))}
    </details>
  );
}

/** Where the browser does not let a page write to the clipboard by itself. */
function copyOldWay(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
