/** A database that lost a file is never made anew over what is left of it; one is made only where there is none. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerKv } from '../../../src/store/broker/client';
import { LevelKv } from '../../../src/store/level/level';
import { openStore } from '../../../src/store/open';
import { temporaryPlace, wholeFolder, withEnvironment } from '../helpers/place';

// The brokers leave at once when the last client has left.
withEnvironment('CI', '1');

let place: ReturnType<typeof temporaryPlace>;
let db: string;
beforeEach(() => {
  place = temporaryPlace();
  db = join(place.folder, 'db');
});
afterEach(() => place.dispose());

/** Uses the database as one broker does, from its start to its end. */
async function session<T>(use: (kv: LevelKv) => Promise<T>, folder = db): Promise<T> {
  const kv = await LevelKv.open(folder);
  try {
    return await use(kv);
  } finally {
    await kv.close();
  }
}
const wrote = (key: string, folder = db) => session((kv) => kv.batch([{ key, value: 'v' }]), folder);

/** A database with a table, of the first session, and a log, of the second. */
async function makeStore(folder = db): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await wrote('first', folder);
  await wrote('second', folder);
  const names = readdirSync(folder);
  const data = names.filter((name) => /\.(ldb|log)$/.test(name)).map((name) => name.slice(-3));
  expect(data.sort()).toEqual(['ldb', 'log']);
  return names.find((name) => name.startsWith('MANIFEST-')) as string;
}

const refusal = (what: string, folder = db) => ({
  code: 'FLOW_STORE_CORRUPT',
  exit: 1,
  message: expect.stringContaining(
    `The database ${folder} is damaged: ${what} there. Nothing was changed: restore the folder from a copy,`,
  ),
});

describe('a database is refused, and left as it is', () => {
  const damages: [string, (manifest: string) => void, (manifest: string) => string][] = [
    [
      'without CURRENT',
      () => rmSync(join(db, 'CURRENT')),
      (manifest) => `its file CURRENT is gone, while ${manifest} and 2 files of data are`,
    ],
    [
      'with an empty CURRENT',
      () => writeFileSync(join(db, 'CURRENT'), ''),
      (manifest) => `its file CURRENT is empty, while ${manifest} and 2 files of data are`,
    ],
    [
      'whose CURRENT is cut off',
      () => writeFileSync(join(db, 'CURRENT'), 'MANIF'),
      (manifest) => `its file CURRENT does not name a manifest, while ${manifest} and 2 files of data are`,
    ],
    [
      'without its manifest',
      (manifest) => rmSync(join(db, manifest)),
      (manifest) => `its file CURRENT names ${manifest}, which is gone, while 2 files of data are`,
    ],
    [
      'with tables and logs alone',
      (manifest) => {
        for (const name of ['CURRENT', manifest]) rmSync(join(db, name));
      },
      () => 'its file CURRENT is gone, while 2 files of data are',
    ],
    [
      'with one log alone',
      () => {
        for (const name of readdirSync(db)) if (!name.endsWith('.log')) rmSync(join(db, name));
      },
      () => 'its file CURRENT is gone, while 1 file of data is',
    ],
  ];
  test.each(damages)('%s', async (_, damage, what) => {
    const manifest = await makeStore();
    damage(manifest);
    const before = wholeFolder(place.folder);
    await expect(LevelKv.open(db)).rejects.toMatchObject(refusal(what(manifest)));
    expect(wholeFolder(place.folder)).toEqual(before);
  });

  test.each(['.', 'spin'])('by every command that uses it, whichever store it is (%s)', async (name) => {
    const folder = join(place.folder, name);
    const manifest = await makeStore(join(folder, 'db'));
    rmSync(join(folder, 'db', 'CURRENT'));
    const before = wholeFolder(place.folder);
    const error = refusal(
      `its file CURRENT is gone, while ${manifest} and 2 files of data are`,
      join(folder, 'db'),
    );
    const kv = BrokerKv.open(folder);
    const asked = [kv.get('first'), kv.claim('c', 'n'), kv.batch([{ key: 'k', value: 'v' }])];
    for (const each of await Promise.allSettled(asked))
      expect(each).toMatchObject({ status: 'rejected', reason: error });
    await kv.close();
    const store = openStore(folder);
    await expect(store.latest('movies')).rejects.toMatchObject(error);
    await store.close();
    expect(wholeFolder(place.folder)).toEqual(before);
  });
});

test('the line that the sentence names brings everything back, where CURRENT alone was lost', async () => {
  const manifest = await makeStore();
  rmSync(join(db, 'CURRENT'));
  const { message } = await LevelKv.open(db).then(fail, (error: Error) => error);
  const [, line] = /write the line (\S+) into CURRENT/.exec(message) as RegExpExecArray;
  expect(line).toBe(manifest);
  writeFileSync(join(db, 'CURRENT'), `${line}\n`);
  const values = await session((kv) => kv.getMany(['first', 'second']));
  expect(values).toEqual([expect.anything(), expect.anything()]);
});

const fail = (): never => {
  throw new Error('it was opened');
};

describe('a database is made where there is none', () => {
  test('but not because its folder was moved away: what lies beside it says that there was one, and all stays', async () => {
    await makeStore();
    renameSync(db, join(place.folder, 'old'));
    const before = wholeFolder(place.folder);
    await expect(session((kv) => kv.claim('c', 'n'))).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
      message: expect.stringMatching(
        / has lost its database: .* note what is lost by nx-flow verify --repair/,
      ),
    });
    expect(wholeFolder(place.folder)).toEqual(before);
  });

  test.each([
    ['empty', {}],
    ['has lock and notes of LevelDB alone', { LOCK: '', LOG: 'opened', 'LOG.old': 'opened' }],
    ['has files of others', { '.DS_Store': 'x', 'README.md': 'what this is' }],
    [
      'has what a creation left that did not come to its second file',
      { LOCK: '', 'MANIFEST-000001': 'begun' },
    ],
  ])('because its folder is %s', async (_, files) => {
    mkdirSync(db);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(db, name), text);
    await wrote('k');
    expect(await session((kv) => kv.get('k'))).toBeDefined();
  });
});
