/** What holds of runs, spins and files that a command has made. */
import { existsSync } from 'node:fs';
import { importFromFile } from '../../src/engine/transfer/file';
import { memoryStore } from '../../src/store/open';
import type { Store } from '../../src/store/store';
import { factsOf, ofRun } from './facts';
import { DONE, NEWEST } from './fixture';
import type { Trial } from './trial';
import { withStore } from './within';

/** A run that is done, with what such a run returns, whatever it took over from where. */
export async function rightRun({ lane, store }: Trial, number: number): Promise<void> {
  const { facts } = await lane.template();
  await withStore(store, (opened) => requireRight(opened, number, facts));
}

async function requireRight(store: Store, number: number, facts: ReadonlyMap<string, string>): Promise<void> {
  const found = await factsOf(store, await ofRun(store, number));
  const values = (all: ReadonlyMap<string, string>, run: number) =>
    [...all]
      .filter(([name]) => name.startsWith(`value/${run}/`))
      .map(([name, digest]) => `${name.split('/')[2]} ${name.split('/').at(-1)} ${digest}`)
      .sort()
      .join('\n');
  if (!found.get(`run/${number}`)?.startsWith('["done"'))
    throw new Error(`Run ${number}: ${found.get(`run/${number}`)}`);
  if (values(found, number) !== values(facts, DONE)) throw new Error(`Run ${number} has other values.`);
}

export async function hasTag({ store }: Trial, run: number, ...tags: string[]): Promise<void> {
  await withStore(store, async (opened) => {
    const { tags: found = '' } = { tags: (await factsOf(opened, [`tags/${run}`])).get(`tags/${run}`) };
    for (const tag of tags)
      if (!JSON.parse(found).includes(tag)) throw new Error(`Run ${run} has the tags ${found}.`);
  });
}

export function sameArtifacts({
  status,
  artifacts,
}: {
  status: string;
  artifacts: Record<string, { change: string }>;
}): void {
  const changes = Object.values(artifacts).map(({ change }) => change);
  if (status !== 'done' || changes.length !== 2 || changes.some((change) => change !== 'same'))
    throw new Error(`The spin is ${status}: ${changes}.`);
}

/** An export that is whole. */
export async function rightFile(file: string): Promise<void> {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  const store = memoryStore();
  const { run } = await importFromFile(file, { store, name: file, namespace: 'user:tester', user: 'tester' });
  if (run.status !== 'done') throw new Error(`The export has a run that is ${run.status}.`);
}

/** The runs that a trial made. */
export async function ownRuns({ store }: Trial, nowhere = false): Promise<{ run: number; status: string }[]> {
  return withStore(store, async (opened) => {
    const found: { run: number; status: string }[] = [];
    for await (const { run, status } of opened.runs('work'))
      if (run > (nowhere ? 0 : NEWEST)) found.push({ run, status });
    return found;
  });
}
