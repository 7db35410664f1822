/** A run whose tasks are executed by the workers of a queue, in a process of its own, of the built packages. It ends with its parent. */
const { join } = require('node:path');
const core = join(__dirname, '../../../flow-core/dist/parts');
const part = (name, module) => require(join(core, `${name}.js`))[module]();
const { openSession } = part('cli', 'session/session');
const { placeOf } = part('cli', 'session/place');
const { parseParams } = part('cli', 'definition/params');
const { executeRun } = part('run', 'session/run');
const { prepareResume } = part('run', 'engine/resume/resume');
const { openQueuePool } = require('../../dist/index.js');

const {
  flow,
  workspace,
  url,
  max,
  resume,
  params = {},
  queue,
  lookMs,
  patienceMs,
  ship,
  blobs,
} = JSON.parse(process.argv[2]);
const stop = new AbortController();
process.on('message', () => stop.abort());
const leave = () => process.exit(1);
process.on('disconnect', leave);

async function main() {
  const emit = (event) => process.send({ event });
  const session = await openSession(placeOf(flow, workspace), { emit, signal: stop.signal });
  const { file, graph, store } = session;
  const pool = await openQueuePool({
    ...{ url, flow: graph.flow, file, workspace, max, emit, secrets: graph.secrets },
    ...(queue === undefined ? {} : { queue }),
    ...(ship === undefined ? {} : { ship: { ...ship, inputs: graph.inputs } }),
    ...(blobs === undefined ? {} : { blobs, store: 'own', cas: join(session.place.store, 'cas') }),
    ...(lookMs === undefined ? {} : { lookMs }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  try {
    const prepared =
      resume === undefined
        ? { params: parseParams(graph, params) }
        : await prepareResume({ graph, store, params, namespace: undefined, run: resume });
    const attached = (host) => pool.attach(host);
    const outcome = await executeRun(session, { ...prepared, workers: max, pool: attached });
    // All that was said before is with the parent then.
    await new Promise((sent) => process.send({ outcome }, sent));
  } finally {
    await pool.close();
    await session.close();
  }
}
main().then(
  () => process.off('disconnect', leave).disconnect(),
  (error) => process.send({ error: { code: error.code, message: error.message } }, () => process.exit(2)),
);
