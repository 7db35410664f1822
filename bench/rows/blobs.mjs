/** A value of 100 MB through the blobs that a run shares with its workers: sent from one folder, fetched into another. */
import { timedNode } from '../lib/node.mjs';
import { BUCKET, withS3 } from '../lib/s3.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const MB = 100;
const GOAL = 2;

/** Sends and fetches one value, through the blobs or straight. Prints the milliseconds, and those of each way. */
const CHILD = `const { createHash, randomBytes } = require('node:crypto');
const { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { FileCas } = require('@nx-flow/core/store');

const [who, kind, url] = process.argv.slice(2);
const folder = join(__dirname, 'values');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const bytes = Buffer.allocUnsafe(${MB} * 1e6);
// None that was sent before, and quick to make.
const piece = randomBytes(1e6);
for (let at = 0; at < bytes.length; at += piece.length) piece.copy(bytes, at);
const hash = sha256(bytes);

const straight = {
  file: {
    async send() {
      const fd = openSync(join(folder, 'straight'), 'w');
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
      closeSync(fd);
    },
    // In pieces: memory for all of it would take as long again.
    async fetch() {
      const fd = openSync(join(folder, 'straight'), 'r');
      const all = createHash('sha256');
      for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) all.update(piece.subarray(0, read));
      closeSync(fd);
      return all.digest('hex');
    },
  },
  s3: {
    async send(s3) {
      await s3.putObject('straight', bytes);
    },
    fetch: async (s3) => sha256(new Uint8Array(await s3.getObjectArrayBuffer('straight'))),
  },
};

async function straightWay() {
  if (kind === 'file') return straight.file;
  const { S3mini } = await import('s3mini');
  const s3 = new S3mini({
    endpoint: process.env.AWS_ENDPOINT_URL + '/${BUCKET}',
    region: process.env.AWS_REGION,
    accessKeyId: process.env.AWS_ACCESS_KEY_ID,
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  });
  await s3.bucketExists();
  return { send: () => straight.s3.send(s3), fetch: () => straight.s3.fetch(s3) };
}

async function throughBlobs() {
  const { openBlobs } = require('@nx-flow/queue');
  const blobs = openBlobs(url);
  const [from, to] = [new FileCas(join(folder, 'from')), new FileCas(join(folder, 'to'))];
  await from.write(bytes);
  // Its code and its connection are there by then, as those of the straight way are.
  await blobs.owner();
  return {
    send: () => blobs.put(hash, from.file(hash)),
    async fetch() {
      await blobs.get(hash, to);
      return to.has(hash) ? hash : '';
    },
    end: () => blobs.remove(hash),
  };
}

async function main() {
  const way = who === 'ours' ? await throughBlobs() : await straightWay();
  const timed = async (work) => {
    const begun = process.hrtime.bigint();
    const result = await work();
    return [Number(process.hrtime.bigint() - begun) / 1e6, result];
  };
  const [sent] = await timed(way.send);
  const [fetched, found] = await timed(way.fetch);
  if (found !== hash) throw new Error('not the whole value');
  await way.end?.();
  for (const name of ['from', 'to']) rmSync(join(folder, name), { recursive: true, force: true });
  process.stdout.write(JSON.stringify({ ms: sent + fetched, sent, fetched }));
}
main().then(() => process.exit(0));
`;

export default {
  name: 'blobs',
  what: `a value of ${MB} MB, sent to the blobs and fetched from there`,
  floor:
    'write + fsync, read + sha256 of the same bytes; of the bucket, one PUT and one GET of them by the same client',
  // Each takes seconds.
  samples: 10,
  open: (build, use) =>
    withWorkspace(
      build,
      {
        'package.json': '{ "name": "bench", "private": true }',
        'child.cjs': CHILD,
        'values/.keep': '',
        'blobs/.keep': '',
      },
      (workspace) =>
        withS3((env) => {
          const ask = async (who, kind, url) => {
            const options = { cwd: workspace.folder, env };
            const { stdout } = await timedNode(['child.cjs', who, kind, url], options);
            return JSON.parse(stdout);
          };
          const places = [
            ['a folder', 'file', `file:${workspace.path('blobs')}`],
            ['a bucket of s3rver, on loopback', 's3', `s3://${BUCKET}/values`],
          ];
          return use(
            places.map(([what, kind, url]) => ({
              what,
              floor: () => ask('straight', kind, url),
              ours: () => ask('ours', kind, url),
              figures: [{ of: 'ms', goal: GOAL }],
            })),
          );
        }),
    ),
};
