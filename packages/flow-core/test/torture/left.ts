/** What nothing owns: temporary files and folders, drafts, parts. */
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What a store has when nobody uses it, from its folder. */
const STORE = [
  /^db$/,
  /^db\/(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|ldb)|nx-flow\.json)$/,
  /^cas(\/[0-9a-f]{2}(\/[0-9a-f]{64})?)?$/,
  /^(numbers\.json|generation|broker\.left|logs\.json|broker\.pid|damage\.json|owner\.json)$/,
];

/** Compiled code is kept, by nx-flow and by tsx. */
const TEMPORARY = /^(nx-flow-\d+(\/code(\/[0-9a-f]+-[0-9a-f]{40})?)?|tsx-\d+(\/.*)?)$/;

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
