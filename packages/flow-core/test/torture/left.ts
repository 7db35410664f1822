/** What nothing owns: temporary files and folders, drafts, parts. */
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { as, Failure } from './failure';
import type { Trial } from './trial';

/** What a store has when nobody uses it, from its folder. */
const STORE = [
  /^db$/,
  /^db\/(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|ldb)|nx-flow\.json)$/,
  // Until a repair.
  /^db\/damaged-logs(\/\d+-\d+(\/\d+\.log)?)?$/,
  /^cas(\/[0-9a-f]{2}(\/[0-9a-f]{64})?)?$/,
  /^(numbers\.json|acknowledged\.json|tables\.json|reserve|generation|broker\.left|logs\.json|broker\.pid|damage\.json|owner\.json)$/,
];

/** Compiled code is kept, by nx-flow and by tsx. */
const TEMPORARY = /^(nx-flow-\d+(\/code(\/[0-9a-f]+(\.[a-z-]+)?-[0-9a-f]{40})?)?|tsx-\d+(\/.*)?)$/;

/** Processes end by themselves; a broker is gone with its last client. @param allowed what may be there too, from the store's folder */
export async function nothingLeft({ lane, store }: Trial, allowed = /^$/): Promise<void> {
  const gone = () => as('left', 'processes', () => lane.gone());
  const look = () =>
    [...leftInStore(store), ...leftInWorkspace(lane.ws.folder)].filter((name) => !allowed.test(name));
  await gone();
  let files = look();
  if (files.length > 0) {
    // A broker that a killed client had just started was no process to be seen yet, and listens now.
    await gone();
    files = look();
  }
  if (files.length > 0)
    throw new Failure('left', `${files.slice(0, 5).join(' ')} beside ${readdirSync(store)}`);
}

export function leftInStore(store: string): string[] {
  return filesOf(store).filter((name) => {
    const own = name.replace(/^spin\/(?=.)/, '');
    return name !== 'spin' && !STORE.some((pattern) => pattern.test(own));
  });
}

/** @param workspace a lane's: its outputs and its folder of temporary files */
export function leftInWorkspace(workspace: string): string[] {
  const drafts = ['dist', '.flow']
    .flatMap((folder) => filesOf(join(workspace, folder)))
    .concat(readdirSync(workspace))
    .filter((name) => /(^|\/)\.nx-flow-|\.part$|\.\d+$/.test(name));
  const temporary = filesOf(join(workspace, 'tmp')).filter((name) => !TEMPORARY.test(name));
  return [...drafts, ...temporary.map((name) => `tmp/${name}`)];
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[]).map((name) => name.split(sep).join('/'));
}
