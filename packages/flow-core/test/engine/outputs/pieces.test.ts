/** What the step of a spin returns in pieces goes into its file as it comes, in either process. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '../../../src/definition/codec';
import { OutputWriter } from '../../../src/engine/outputs/task-writer';
import { Returned } from '../../../src/engine/spin/returned';
import type { TaskResult } from '../../../src/engine/task/task';
import { FileCas } from '../../../src/store/cas/cas';
import { unkeptArtifact } from '../../../src/store/values/artifacts';

const MB = 1024 * 1024;

class Film {
  constructor(readonly frames: number) {}
}
/** How many pieces were asked for. */
let given = 0;
const film: Codec<Film> = {
  id: 'film',
  version: 1,
  match: (value) => value instanceof Film,
  async *encode({ frames }) {
    const piece = new Uint8Array(MB);
    for (given = 0; given < frames; ) yield piece.fill(++given);
  },
  decode: (bytes) => new Film(bytes.length / MB),
  file: { extension: 'film', mediaType: 'video/film' },
  preview: ({ frames }) => `${frames} frames`,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-pieces-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const outputs = () => join(folder, 'outputs');
const newCas = () => new FileCas(join(folder, 'cas'));
const FILE = 'artifacts/film.film';

/** Takes a film and keeps it. */
async function kept(take: OutputWriter['take'], size = 12) {
  const taken = await take('film', new Film(size));
  // No more was asked for than what a value may have at hand.
  expect(given).toBe(Math.min(size, 5));
  let most = 0;
  let seen = 0;
  const record = await taken.keep(({ length }) => {
    seen += length;
    most = Math.max(most, given * MB - seen);
  });
  expect([most <= MB, given]).toEqual([true, size]);
  return record;
}

describe.each([undefined, newCas])('with the store of persisted spins: %p', (casOf) => {
  test('in this process', async () => {
    const cas = casOf?.();
    const returned = new Returned([film], { cas, folder: outputs });
    const record = await kept(returned.take);
    const { digest, bytes } = await unkeptArtifact('film', new Film(12), [film]);
    expect(record).toMatchObject({ type: 'Film', codec: 'film', size: 12 * MB, digest });
    const { type, size } = record;
    const form = { format: 'codec:film', mediaType: 'video/film' };
    expect(returned.files).toEqual([{ name: 'film', type, size, digest, file: FILE, ...form }]);
    expect(readFileSync(join(outputs(), FILE)).equals(bytes as Uint8Array)).toBe(true);
    expect(returned.shown('film')).toMatchObject({ preview: '12 frames' });
    expect(returned.shown('film').form).toBeUndefined();
    expect('bytes' in record).toBe(false);
    if (cas) expect(Buffer.from(cas.read(record.hash as string)).equals(bytes as Uint8Array)).toBe(true);
    else expect('hash' in record).toBe(false);
  });

  test('in a worker', async () => {
    const cas = casOf?.();
    const writer = new OutputWriter(outputs(), cas, [film]);
    const small = await writer.take('small', new Film(1));
    const result: TaskResult = { stored: [], references: [], counts: {}, reads: {} };
    result.stored.push(['film', await kept(writer.take)], ['small', await small.keep()]);
    await writer.finish(result);
    expect(result.files?.map(({ name, file }) => [name, file])).toEqual([
      ['film', FILE],
      ['small', 'artifacts/small.film'],
    ]);
    expect(result.previews).toEqual({ film: '12 frames', small: '1 frames' });
    expect(statSync(join(outputs(), FILE)).size).toBe(12 * MB);
    expect(cas?.has(result.stored[0]?.[1].hash as string)).toBe(casOf && true);
  });
});

test('a stream whose rest nobody wants is ended', async () => {
  let isEnded = false;
  const open: Codec<Film> = {
    ...film,
    async *encode() {
      try {
        for (;;) yield new Uint8Array(MB);
      } finally {
        isEnded = true;
      }
    },
  };
  const returned = new Returned([open], { cas: undefined, folder: outputs });
  const taken = await returned.take('film', new Film(9));
  const full = () => {
    throw new Error('no room');
  };
  await expect((async () => taken.keep(full))()).rejects.toThrow('no room');
  expect(isEnded).toBe(true);
});

test('a stream that fails is the failure of the step, and nothing is kept of it', async () => {
  const cut: Codec<Film> = {
    ...film,
    async *encode() {
      for (let i = 0; i < 6; i++) yield new Uint8Array(MB);
      throw new Error('the film tore');
    },
  };
  const returned = new Returned([cut], { cas: undefined, folder: outputs });
  const taken = await returned.take('film', new Film(9));
  await expect((async () => taken.keep())()).rejects.toThrow(
    'The artifact film cannot be stored: encode() of the codec "film" threw: the film tore',
  );
  expect(returned.files).toEqual([]);
});
