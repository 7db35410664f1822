/** What a full disk gets back, and what is never touched for it. */
import { linkSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../../src/environment/temporary';
import { makeRoom } from '../../../src/store/folder/make-room';
import { temporaryPlace } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let workspace: string;

beforeEach(() => {
  place = temporaryPlace();
  workspace = place.folder;
});
afterEach(() => place.dispose());

const HOUR = 60 * 60 * 1000;
const owned = (pid: number) => temporaryName().replace(`-${process.pid}-`, `-${pid}-`);
/** No process has it. */
const GONE = owned(2 ** 30);
const LIVING = owned(process.pid);

/** So large that it does not count what a folder takes, which is nothing on some file systems. */
const SIZE = 100_000;

function put(path: string, bytes = SIZE, ageMs = 0): void {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.alloc(bytes, 1));
  const at = (Date.now() - ageMs) / 1000;
  for (const one of [file, dirname(file)]) utimesSync(one, at, at);
}
const files = () =>
  (
    readdirSync(workspace, { recursive: true, withFileTypes: true }) as {
      isFile(): boolean;
      name: string;
      parentPath: string;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(workspace.length + 1))
    .sort();
const make = (enough?: number) =>
  makeRoom(workspace, { store: join(workspace, '.flow'), workspaces: [workspace] }, enough);

/** Of runs, of kept spins, and of processes that live. */
const KEPT = [
  '.flow/cas/ab/large',
  `.flow/cas/${LIVING}`,
  '.flow/db/000005.ldb',
  '.flow/db/LOG.old',
  '.flow/env/set/package.json',
  '.flow/spin/cas/ab/kept',
  '.flow/spin/db/000005.ldb',
  `dist/flow/movies/spin/${LIVING}/result.json`,
  'dist/flow/movies/snapshot/movies.nxflow',
  'dist/other/result.json',
];

test('temporary files go first, then outputs of spins, then hand-overs: the oldest first, until there is enough', () => {
  // A larger file of LevelDB's messages would go, too.
  for (const path of KEPT) put(path, 10_000);
  put(`.flow/cas/${GONE}`);
  put(`dist/flow/${GONE}/outputs/a`);
  put(`dist/flow/movies/spin/${GONE}/artifacts/a`);
  put('dist/flow/movies/spin/new/result.json', SIZE, 1000);
  put('dist/flow/movies/spin/old/result.json', SIZE, 5000);
  put('dist/flow/movies/steps/old/digests.json', SIZE, 2 * HOUR);
  // A command that is under way may read it.
  put('dist/flow/movies/steps/new/digests.json', SIZE, HOUR / 2);

  expect(make(5000)).toMatch(/^removed 1 temporary file: \d+ KB came back$/);
  expect(make(250_000)).toMatch(
    /^removed 2 temporary files and 1 output of a spin \(dist\/flow\/movies\/spin\/old\): \d+ KB came back$/,
  );
  expect(files()).toContain('dist/flow/movies/spin/new/result.json');
  expect(make()).toMatch(
    /^removed 1 output of a spin and 1 hand-over of a step \(dist\/flow\/movies\/spin\/new, and 1 more\): \d+ KB came back$/,
  );
  expect(files()).toEqual([...KEPT, 'dist/flow/movies/steps/new/digests.json'].sort());
  expect(make()).toBeUndefined();
});

test('while a step is executed as a target, what others handed over stays', () => {
  put('dist/flow/movies/steps/old/digests.json', SIZE, 2 * HOUR);
  put(`dist/flow/${LIVING}/outputs/a`);
  expect(make()).toBeUndefined();
});

test('bytes that lie elsewhere too do not come back', () => {
  put('.flow/cas/ab/large', 100_000);
  put('dist/flow/movies/spin/old/result.json', 1000);
  linkSync(join(workspace, '.flow/cas/ab/large'), join(workspace, 'dist/flow/movies/spin/old/large'));
  expect(make()).toMatch(/\(dist\/flow\/movies\/spin\/old\): \d KB came back$/);
  expect(files()).toEqual(['.flow/cas/ab/large']);
});
