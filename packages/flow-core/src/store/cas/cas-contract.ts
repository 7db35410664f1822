/**
 * The contract of every {@link Cas}, as tests. An implementation must pass them and declares what it lacks.
 *
 * @example
 * import { describe, test } from 'node:test';
 * import { casContract, MemoryCas } from '@nx-flow/core/store';
 *
 * casContract(
 *   'memory',
 *   async () => {
 *     const cas = new MemoryCas();
 *     return { cas, another: () => cas, dispose: async () => cas.close() };
 *   },
 *   { files: false },
 *   { describe, test },
 * );
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractRunner } from '../kv/kv-contract';
import type { Cas } from './cas';
import { shareBytes } from './share-bytes';

/** A new empty CAS for each test. */
export interface OpenedCas {
  cas: Cas;
  /** The same bytes as another process sees them, or `cas` itself when there can be only one. */
  another(): Cas;
  dispose(): Promise<void>;
}

export interface CasSupports {
  /** True when its bytes are in files that `path` names. These can be damaged, hard-linked, and read by others. */
  files: boolean;
}

export function casContract(
  name: string,
  open: () => Promise<OpenedCas>,
  supports: CasSupports,
  runner: ContractRunner,
): void {
  const specify: Specify = (sentence, body) =>
    runner.test(sentence, async () => {
      const opened = await open();
      const folder = mkdtempSync(join(tmpdir(), 'nx-flow-cas-'));
      try {
        await body({ ...opened, folder });
      } finally {
        await opened.dispose();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  runner.describe(`${name} keeps the contract of Cas`, () => {
    values(specify);
    files(specify);
    sharing(specify, open);
    if (supports.files) damage(specify);
  });
}

/** `folder` is the test's own, for files that it keeps. */
type Specify = (sentence: string, body: (opened: OpenedCas & { folder: string }) => Promise<void>) => void;

/** Several chunks, and not a multiple of one. */
const LARGE = 9 * 1024 * 1024 + 1;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const NOTHING = sha256(new Uint8Array(0));

function same(actual: Uint8Array, expected: Uint8Array): void {
  assert.ok(actual instanceof Uint8Array, 'what is read is a Uint8Array');
  assert.equal(Buffer.compare(actual, expected), 0, 'the bytes are those that were written');
}

const corrupt = (said: RegExp) => (error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  return code === 'FLOW_STORE_CORRUPT' && said.test(message);
};

function values(specify: Specify): void {
  specify('bytes of any length are read by the sha256 that writing them gives', async ({ cas, another }) => {
    for (const length of [0, 1, 100_000, LARGE]) {
      const bytes = Buffer.alloc(length, 'cas');
      const hash = await cas.write(bytes);
      assert.equal(hash, sha256(bytes));
      assert.ok(cas.has(hash));
      same(cas.read(hash), bytes);
      same(another().read(hash), bytes);
    }
  });

  specify('the same bytes, written at once and again, are one value', async ({ cas }) => {
    const bytes = Buffer.alloc(100_000, 'same');
    const hashes = await Promise.all([cas.write(bytes), cas.write(bytes), cas.write(bytes)]);
    hashes.push(await cas.write(bytes));
    assert.equal(new Set(hashes).size, 1);
    same(cas.read(hashes[0] as string), bytes);
  });

  specify('what a writer or a reader changes afterwards changes nothing', async ({ cas }) => {
    const bytes = Buffer.from('before');
    const hash = await cas.write(bytes);
    bytes.fill('x');
    cas.read(hash).fill(0);
    same(cas.read(hash), Buffer.from('before'));
  });

  specify('what was never written is not there, and reading it is FLOW_STORE_CORRUPT', async ({ cas }) => {
    assert.equal(cas.has(NOTHING), false);
    assert.throws(() => cas.read(NOTHING), corrupt(/^The store has lost the /));
    assert.throws(() => cas.file(NOTHING), corrupt(/^The store has lost the /));
  });
}

function files(specify: Specify): void {
  specify('a file is kept by its bytes, with its size, and the original may go', async ({ cas, folder }) => {
    const original = join(folder, 'original');
    const bytes = Buffer.alloc(LARGE, 'file');
    writeFileSync(original, bytes);
    const kept = await cas.writeFile(original);
    rmSync(original);
    assert.equal(JSON.stringify(kept), JSON.stringify({ hash: sha256(bytes), size: LARGE }));
    same(readFileSync(cas.file(kept.hash)), bytes);
    same(cas.read(kept.hash), bytes);
  });

  specify('bytes that were no file are given as one, the same each time', async ({ cas }) => {
    const hash = await cas.write(Buffer.from('no file'));
    assert.equal(readFileSync(cas.file(hash), 'utf8'), 'no file');
    assert.equal(cas.file(hash), cas.file(hash));
  });

  specify(
    'bytes that come in pieces are kept as one value, and what ends them early leaves nothing',
    async ({ cas }) => {
      const pieces = [
        Buffer.from('Call me '),
        new Uint8Array(0),
        Buffer.alloc(LARGE, 'I'),
        Buffer.from('shmael.'),
      ];
      const whole = Buffer.concat(pieces);
      const seen: Buffer[] = [];
      async function* all() {
        yield* pieces;
      }
      const kept = await cas.writeStream(all(), (bytes) => void seen.push(Buffer.from(bytes)));
      assert.deepEqual(kept, { hash: sha256(whole), size: whole.length });
      assert.equal(Buffer.compare(Buffer.concat(seen), whole), 0, 'all of it was shown');
      same(cas.read(kept.hash), whole);
      async function* broken() {
        yield Buffer.from('half');
        throw new Error('the other half');
      }
      await assert.rejects(cas.writeStream(broken()), { message: 'the other half' });
      assert.equal(cas.has(sha256(Buffer.from('half'))), false);
    },
  );

  specify('a file that is not there is not kept', async ({ cas, folder }) => {
    await assert.rejects(cas.writeFile(join(folder, 'absent')), { code: 'ENOENT' });
  });
}

function sharing(specify: Specify, open: () => Promise<OpenedCas>): void {
  specify(
    'bytes are shared with another one, once and again, and stay when the first is gone',
    async ({ cas }) => {
      const from = await open();
      let hash: string;
      try {
        hash = await from.cas.write(Buffer.from('shared'));
        await shareBytes(hash, from.cas, cas);
        await shareBytes(hash, from.cas, cas);
      } finally {
        await from.dispose();
      }
      same(cas.read(hash), Buffer.from('shared'));
    },
  );

  specify('what is lost cannot be shared', async ({ cas }) => {
    const from = await open();
    try {
      await assert.rejects(shareBytes(NOTHING, from.cas, cas), corrupt(/^The store has lost the /));
    } finally {
      await from.dispose();
    }
  });
}

function damage(specify: Specify): void {
  specify('a hash that is no sha256 leads to no file', async ({ cas }) => {
    for (const hash of ['../../../package.json', '', 'A'.repeat(64), '0'.repeat(63), `${NOTHING}/..`]) {
      const refused = corrupt(/which is no sha256: execute its step again\.$/);
      assert.throws(() => cas.path?.(hash), refused);
      assert.throws(() => cas.read(hash), refused);
      assert.throws(() => cas.file(hash), refused);
    }
  });

  specify(
    'a file that was changed, cut or made longer is said to be, and writing it again mends it',
    async ({ cas, another }) => {
      const bytes = Buffer.alloc(50_000, 'bytes');
      const hash = await cas.write(bytes);
      const path = cas.path?.(hash) as string;
      const changed = Buffer.from(bytes);
      changed[25_000] = 0;
      for (const wrong of [
        changed,
        bytes.subarray(0, 40_000),
        Buffer.alloc(0),
        Buffer.concat([bytes, Buffer.of(1)]),
      ]) {
        // It may be read-only.
        chmodSync(path, 0o600);
        writeFileSync(path, wrong);
        assert.throws(
          () => cas.read(hash),
          corrupt(/was changed: its bytes are not those that were stored\./),
        );
        assert.throws(() => another().file(hash), corrupt(/was changed/));
        await assert.rejects(shareBytes(hash, cas, another()), corrupt(/was changed/));
        assert.equal(await cas.write(bytes), hash);
        same(cas.read(hash), bytes);
      }
    },
  );

  specify(
    'a file that was removed is lost, and writing it again brings it back',
    async ({ cas, another }) => {
      const hash = await cas.write(Buffer.from('here'));
      rmSync(cas.path?.(hash) as string);
      assert.equal(cas.has(hash), false);
      assert.throws(() => cas.read(hash), corrupt(/^The store has lost the file /));
      await another().write(Buffer.from('here'));
      same(cas.read(hash), Buffer.from('here'));
    },
  );
}
