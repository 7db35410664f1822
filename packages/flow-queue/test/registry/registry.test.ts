/** Who is there, who is not heard of any more, and what is left of who has been gone for long. */
import { type AgentEntry, migrateQueue } from '../../src';
import { Server } from '../../src/connection/server';
import { Registry } from '../../src/registry/registry';
import { agentName, codeName } from '../../src/wire/names';
import { someServers, type TestServer } from '../kit/servers';

const MINUTE = 60_000;

const entry = (id: string, seen: number): AgentEntry => ({
  ...{
    kind: 'agent',
    id,
    host: 'host',
    pid: 1,
    user: 'tester',
    queues: ['default'],
    slots: 1,
    resources: {},
  },
  ...{ engine: '1', node: '20', since: seen, seen, isDraining: false, running: [] },
});

describe.each(someServers())('on %s', (_, start) => {
  let installed: TestServer;
  beforeAll(async () => {
    installed = await start();
  });
  afterAll(() => installed.close());

  test('who has not written for 20 s is gone, and after 10 minutes nothing of him is left', async () => {
    const url = await installed.fresh();
    await migrateQueue(url);
    const server = await Server.open(url);
    try {
      const registry = new Registry(server);
      const now = Date.now();
      for (const [id, age] of Object.entries({ here: 1000, quiet: MINUTE, gone: 11 * MINUTE }))
        await registry.write(entry(id, now - age));
      await registry.write({ ...entry('here', now), slots: 4 });
      const { id: _, queues, slots, resources, engine, node, isDraining, running, ...who } = entry('', 0);
      await registry.write({
        ...who,
        kind: 'run',
        token: 't1',
        flow: 'f',
        run: '1',
        seen: now - 11 * MINUTE,
      });
      await server.add(codeName('t1'), 'code', {});
      for (const id of ['quiet', 'gone']) await server.add(agentName(id), 'order', {});
      const { agents } = await registry.read(now);
      expect(agents.map(({ id, slots }) => `${id} ${slots}`)).toEqual(['here 4']);
      expect(await server.has(agentName('quiet'), 'order')).toBe(true);
      expect(await server.has(agentName('gone'), 'order')).toBe(false);
      expect(await server.has(codeName('t1'), 'code')).toBe(false);
      expect((await registry.read(now - MINUTE)).agents.map(({ id }) => id)).toEqual(['quiet', 'here']);
      // Of machines whose clocks are ten minutes off, everybody knows what he would know of others.
      for (const off of [-10 * MINUTE, 10 * MINUTE]) {
        const clock = () => Date.now() + off;
        await new Registry(server, clock).write(entry(`off${off}`, clock()));
        const seen = (await new Registry(server, clock).read()).agents.find(({ id }) => id === 'here');
        expect(Math.abs((seen?.since as number) - now - off)).toBeLessThan(MINUTE);
      }
      expect((await registry.read()).agents).toHaveLength(3);
      expect((await registry.read(Date.now() + MINUTE)).agents).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('several remove a queue at the same time: it is gone for all of them', async () => {
    const url = await installed.fresh();
    await migrateQueue(url);
    const servers = await Promise.all([1, 2, 3].map(() => Server.open(url)));
    try {
      for (let round = 0; round < 10; round++) {
        const [first] = servers as [Server];
        await first.add('nx-flow_run_t', 'said', {});
        await Promise.all(servers.map((server) => server.obliterate('nx-flow_run_t')));
        expect(await first.has('nx-flow_run_t', 'said')).toBe(false);
      }
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  });
});
