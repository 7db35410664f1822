/** What is around each view: the bar with the ways to go, the line that says what is away, and the help for keys. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { withQuery } from './logic/place';
import { Dialog } from './parts/dialog';
import { about } from './shell/about';
import { away } from './shell/events';
import { useKeys } from './shell/keys';
import { usePlace } from './shell/router';
import { useValue } from './shell/value';

const KEYS = [
  ['/', 'Filter'],
  ['j', 'Next row'],
  ['k', 'Row before'],
  ['Enter', 'Open'],
  ['s', 'Of a task: spin it'],
  ['c', 'Of a task: compare it'],
  ['l', 'Of a log: search'],
  ['n N', 'Of a search in a log: the next line, the one before'],
  ['r', 'Of a spin: again'],
  ['e', 'Of a spin: change it and spin'],
  ['[ ]', 'Of a spin: the newer one, the one before'],
  ['Ctrl Enter', 'Of a form: execute it'],
  ['?', 'These keys'],
  ['Esc', 'Close, or leave the filter'],
];

export function Layout({ children }: { children: ComponentChildren }) {
  const [help, setHelp] = useState(false);
  const sentence = useValue(away);
  useKeys({
    '?': () => setHelp(true),
    '/': () => {
      const filter = document.querySelector<HTMLInputElement>('[data-filter]');
      filter?.focus();
      filter?.select();
    },
  });
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Bar onHelp={() => setHelp(true)} />
      {sentence !== undefined && (
        <div class="away" role="status">
          {sentence}
        </div>
      )}
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {help && (
        <Dialog title="Keys" onClose={() => setHelp(false)}>
          <dl class="keys">
            {KEYS.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  );
}

function Bar({ onHelp }: { onHelp: () => void }) {
  const { path } = usePlace();
  const server = useValue(about);
  const inRuns = /^\/(runs?|task|compare)?(\/|$)/.test(path);
  const inSpins = /^\/spins?(\/|$)/.test(path);
  return (
    <header class="bar">
      <a class="brand" href="/runs" title={server?.store}>
        nx-flow <span class="soft">{server?.workspace}</span>
      </a>
      <nav aria-label="Main">
        <a href="/runs" aria-current={inRuns ? 'page' : undefined}>
          Runs
        </a>
        <a href="/spins" aria-current={inSpins ? 'page' : undefined}>
          Spins
        </a>
        <Flows />
      </nav>
      <button type="button" class="quiet" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}

/** Each flow: its runs, and the form that starts one. A click anywhere closes it again. */
function Flows() {
  const flows = useValue(about)?.flows ?? [];
  const close = (event: FocusEvent | MouseEvent) => {
    const menu = event.currentTarget as HTMLDetailsElement;
    const to = event instanceof FocusEvent ? event.relatedTarget : event.target;
    const stays =
      event instanceof FocusEvent ? to === null || menu.contains(to as Node) : !(to as Element).closest('a');
    if (!stays) menu.open = false;
  };
  if (flows.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click.
    <details class="menu" onFocusOut={close} onClick={close}>
      <summary>Flows</summary>
      <ul>
        {flows.map(({ name, file }) => (
          <li key={name}>
            <a href={withQuery('/runs', { flow: name })} title={file}>
              {name}
            </a>
            {file !== undefined && (
              <a class="button" href={withQuery('/start', { flow: name })} aria-label={`Run ${name}`}>
                Run …
              </a>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
