/**
 * Executes one task of Nx after another as Nx's own `bin/run-executor.js` does in a process each. Of what a short task costs,
 * nine tenths are Nx and the engine being loaded. Modules of the workspace and of the plugin are forgotten after each task.
 */
const { realpathSync } = require('node:fs');
const os = require('node:os');
const { join, sep } = require('node:path');

const root = process.cwd();
const installed = realpathSync(join(root, 'node_modules')) + sep;
const nx = realpathSync(join(root, 'node_modules/nx'));
const { resetWorkspaceContext } = require(join(nx, 'dist/src/utils/workspace-context.js'));
const plugin = join(installed, '@nx-flow', 'plugin') + sep;

/** One worker process for each run, unless a command says how many: a second one costs as much as twenty tasks. */
os.availableParallelism = () => 1;

const END = '\u0000';
const EVENTS = [
  'message',
  'exit',
  'beforeExit',
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'uncaughtException',
  'unhandledRejection',
];
const streams = [process.stdout, process.stderr];

/** Called with the exit code, once for each task. */
let leave;
process.exit = (code) => {
  leave?.(Number(code ?? process.exitCode ?? 0));
  leave = undefined;
};

function setEnvironment(env) {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

async function execute({ script, env, message }) {
  setEnvironment(env);
  process.argv = [process.argv[0], script];
  process.exitCode = undefined;
  const before = new Map(EVENTS.map((event) => [event, process.listeners(event)]));
  const added = (event) =>
    process.listeners(event).filter((listener) => !before.get(event).includes(listener));
  const code = await new Promise((resolve) => {
    leave = resolve;
    delete require.cache[script];
    require(script);
    for (const listener of added('message')) listener(message);
  });
  for (const listener of added('exit')) listener(code);
  for (const event of EVENTS) for (const listener of added(event)) process.removeListener(event, listener);
  // Where Nx captures what is printed, it does so for the whole life of a process.
  for (const stream of streams) delete stream._write;
  process.chdir(root);
  resetWorkspaceContext();
  for (const file of Object.keys(require.cache))
    if (!file.startsWith(installed) || file.startsWith(plugin)) delete require.cache[file];
  return code;
}

process.on('message', async (task) => {
  const code = await execute(task);
  for (const stream of streams) stream.write(END);
  process.send({ code });
});
process.on('disconnect', () => process.reallyExit(0));
