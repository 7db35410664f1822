/** The page: which view an address shows, and what stands there where nothing can be asked. */
import './styles/base.css';
import './styles/parts.css';
import './styles/values.css';
import './styles/task.css';
import './styles/spins.css';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CompareView } from './compare/compare-view';
import { Layout } from './layout';
import { decoded, pathTo, viewOf } from './logic/place';
import { EmptyState, ErrorNote, Waiting } from './parts/notes';
import { RunView } from './run/run-view';
import { RunsView } from './runs/runs-view';
import { about, askAbout } from './shell/about';
import { AskError } from './shell/ask';
import { hear, isStale, startEvents } from './shell/events';
import { startKeys } from './shell/keys';
import { go, startRouter, usePlace } from './shell/router';
import { takeToken, token } from './shell/token';
import { startUnderWay } from './shell/under-way';
import { useValue, value } from './shell/value';
import { SpinView } from './spins/editor/spin-view';
import { SpinsView } from './spins/spins-view';
import { SpunView } from './spins/spun-view';
import { StartView } from './start/start-view';
import { TaskView } from './task/task-view';

const refused = value<AskError | undefined>(undefined);

function App() {
  const known = useValue(token) !== undefined;
  const server = useValue(about);
  const error = useValue(refused);
  if (!known) return <NoToken />;
  return (
    <Layout>
      {error && <ErrorNote message={error.message} code={error.code} />}
      {server ? <Shown /> : !error && <Waiting />}
    </Layout>
  );
}

function Shown() {
  const { path } = usePlace();
  const view = viewOf(path);
  useTitle(path);
  switch (view.view) {
    case 'runs':
      return <RunsView />;
    case 'run':
      return <RunView key={path} flow={view.flow} run={view.run} />;
    case 'task':
      return <TaskView key={path} {...view} />;
    case 'compare':
      return <CompareView />;
    case 'spins':
      return <SpinsView />;
    case 'spun':
      return <SpunView key={path} n={view.n} />;
    case 'spin':
      return <SpinView />;
    case 'start':
      return <StartView />;
    default:
      return (
        <EmptyState title="There is no such page.">
          <a href="/runs">All runs</a>
        </EmptyState>
      );
  }
}

function useTitle(path: string): void {
  useEffect(() => {
    const [, ...rest] = path.split('/').filter(Boolean).map(decoded);
    const name = rest.join('/') || path.slice(1) || 'runs';
    document.title = `${name} · nx-flow`;
  }, [path]);
}

function NoToken() {
  const [shown, show] = useState(false);
  useEffect(() => show(true), []);
  return shown ? (
    <main class="alone">
      <EmptyState title="This page needs the address that the server printed.">
        <p>
          Open the address that <code>nx-flow ui</code> prints: it holds a key that is valid until the server
          ends. Or start it with <code>nx-flow ui --open</code>.
        </p>
      </EmptyState>
    </main>
  ) : null;
}

async function ask(): Promise<void> {
  try {
    const { at } = await askAbout();
    refused.set(undefined);
    if (location.pathname === '/')
      go(at === undefined ? `/runs${location.search}` : pathTo(at), { replace: true });
  } catch (error) {
    if (error instanceof AskError) refused.set(error);
  }
}

async function start(): Promise<void> {
  await takeToken();
  startRouter();
  startKeys();
  hear((message) => {
    if (isStale(message) || (message.type === 'event' && message.event.type === 'run-started')) ask();
  });
  startUnderWay();
  startEvents();
  if (token.get() !== undefined) ask();
  const page = document.getElementById('page') as HTMLElement;
  // What stood there until now was the page's own HTML.
  page.replaceChildren();
  render(<App />, page);
}

start();
