/** Workers that are not as they should be: of another version, with another clock; and servers whose certificate does not fit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { packageVersion } from '../../flow-core/src/environment/package-root';
import { queueOverview } from '../src';
import { Server } from '../src/connection/server';
import { certificate, freePort, redisProgram, startRedis, type TestServer } from './kit/servers';
import { SIGNALS, Site } from './kit/site';

const FLOW = `
import { flow } from '@nx-flow/core';
import { hear } from './signals';
const f = flow('plain');
const each = f.foreach('each', { after: f.start(() => ({ list: [1, 2, 3] })), over: 'list' }, async ({ input }) => {
  await hear('go');
  return { input };
});
export default f.end(f.join('all', { after: each }, () => ({})));
`;
const MINUTE = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'nx-flow-tls-'));
const signed = redisProgram === undefined ? undefined : certificate(folder, 'IP:127.0.0.1');
if (!signed)
  process.stderr.write('Tests of certificates are left out: openssl or Redis is not installed here.\n');
const it = signed ? test : test.skip;

let server: TestServer;
let site: Site;
let secure: string;
beforeAll(async () => {
  if (!signed) return;
  const port = await freePort();
  server = await startRedis({ tls: { ...signed, port } });
  secure = `rediss://127.0.0.1:${port}`;
  site = new Site(secure, { 'plain.flow.ts': FLOW, 'signals.ts': SIGNALS });
});
afterAll(async () => {
  await site?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('over TLS: a worker of another version says so and its task goes back; one whose clock is off takes it', async () => {
  const env = { NODE_EXTRA_CA_CERTS: signed?.cert as string };
  const run = site.run('plain', { env, lookMs: 100 });
  const redis = new Redis(server.url);
  try {
    // By this list, others say how many workers are needed.
    const waiting = () => redis.llen('bull:nx-flow-default:wait');
    while ((await waiting()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await waiting()).toBe(1);
  } finally {
    redis.disconnect();
  }
  const slow = await site.agent('slow', { env, clockMs: -10 * MINUTE });
  const fast = await site.agent('fast', { env, clockMs: 10 * MINUTE });
  // Each of them waits with one of three splits.
  const other = await site.agent('other', { env, package: site.installed('9.9.9') });
  const refused = await run.event((event) => event.type === 'worker-refused' && event.step === 'each');
  expect(refused).toEqual({
    type: 'worker-refused',
    worker: other.id,
    step: 'each',
    why: `it has nx-flow 9.9.9 on Node ${process.version}, and the run nx-flow ${packageVersion()} on Node ${process.version}`,
  });
  const began = Date.now();
  site.tell('go');
  expect(await run.outcome).toMatchObject({ status: 'done', tasks: { done: 6, failed: 0 } });
  const { workers } = await queueOverview(server.url);
  expect(workers.map(({ id }) => id)).toEqual([slow.id, fast.id, other.id]);
  for (const { since } of workers) expect(Math.abs(since - began)).toBeLessThan(MINUTE);
});

it('a certificate that nobody here vouches for is told, as is one where none is', async () => {
  await expect(Server.open(secure)).rejects.toMatchObject({
    code: 'FLOW_QUEUE_TLS',
    message: `The certificate of ${secure} is not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT): NODE_EXTRA_CA_CERTS names a file with the certificate of who signed it.`,
  });
  const plain = secure.replace('rediss:', 'redis:');
  await expect(Server.open(plain)).rejects.toMatchObject({
    code: 'FLOW_QUEUE_AWAY',
    message: `The queue ${plain} does not answer (ECONNRESET): is its server started, and reachable from here? It may be one with TLS, rediss://.`,
  });
});
