/**
 * Nx of a workspace, loaded once: executes one command after another as its own `bin/nx.js` does, in this process;
 * commands of nx-flow likewise. Long, because all of it takes something of Nx's process apart.
 * Loading Nx is four fifths of the CPU time of a short command. Tasks are executed in processes that
 * are warm likewise (`executor-process.cjs`), and files are read anew.
 * Commands come as lines of JSON by the file descriptor 3, and their exit codes go back the same way.
 */
const { EventEmitter, once } = require('node:events');
const childProcess = require('node:child_process');
const { existsSync, realpathSync } = require('node:fs');
const { createRequire } = require('node:module');
const { Socket } = require('node:net');
const os = require('node:os');
const { join, sep } = require('node:path');
const { createInterface } = require('node:readline');
const { PassThrough } = require('node:stream');
const { finished } = require('node:stream/promises');

const root = process.cwd();
const nx = join(realpathSync(join(root, 'node_modules/nx')), 'dist');
const { initLocal } = require(join(nx, 'bin/init-local.js'));
const { commandsObject } = require(join(nx, 'src/command-line/nx-commands.js'));
const context = require(join(nx, 'src/utils/workspace-context.js'));
const { findWorkspaceRoot } = require(join(nx, 'src/utils/find-workspace-root.js'));

/** What `nx-flow` takes here for the number of worker processes: see `executor-process.cjs`. */
os.availableParallelism = () => 1;

const END = '\u0000';
const LEFT = new Error('the command has called process.exit');
const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'];
/** What a command registers to end with the process is taken off when the command has ended. */
const ours = new Map(EVENTS.map((event) => [event, process.listeners(event)]));

/** Called with the exit code, once for each command. */
let leave;
process.exit = (code) => {
  if (leave === undefined) return;
  leave(Number(code ?? process.exitCode ?? 0));
  leave = undefined;
  // What Nx still does after it has left is not heard. A handler of a command exits in its last line.
  if (!new Error().stack.split('\n')[2].includes('command-object')) throw LEFT;
};
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    if (error === LEFT || leave === undefined) return;
    console.error(error);
    leave(1);
  });

/** What this module remembers, Nx means for one command: the environment of each task. */
const TASK_ENV = join(nx, 'src/tasks-runner/task-env.js');
require(TASK_ENV);
const taskEnv = require.cache[TASK_ENV];
function forgetEnvironments() {
  delete require.cache[TASK_ENV];
  Object.assign(taskEnv.exports, require(TASK_ENV));
  require.cache[TASK_ENV] = taskEnv;
}

let parsed;
const { parse } = commandsObject;
/** A command changes how options are read, also for those that come after it. */
const reading = commandsObject.getInternalMethods().getParserConfiguration();
commandsObject.parse = (...args) => {
  parsed = parse.apply(commandsObject, args);
  return parsed;
};

/** Tasks are not executed where the command only asks which ones would be: their processes end before they begin. */
let asking = false;
const { fork } = childProcess;
childProcess.fork = (script, ...more) =>
  script.endsWith('run-executor.js') ? new Task(script, more[0]) : fork(script, ...more);

/** The one process that executes tasks, one at a time: another would cost more than it saves where tests share the cores. */
let executor;
let executed = Promise.resolve();
function startExecutor() {
  const child = fork(join(__dirname, 'executor-process.cjs'), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  // A process that dies fails its task, and the next task has another one.
  child.once('exit', () => {
    executor = undefined;
  });
  return child;
}
async function execute(task, to) {
  executor ??= startExecutor();
  const child = executor;
  const ended = new AbortController();
  const { signal } = ended;
  const died = once(child, 'close', { signal }).then(([code, by]) => {
    to.stderr.write(`The process that executes tasks has ended: ${by ?? code}\n`);
    return 1;
  });
  const printed = [pass(child.stdout, to.stdout), pass(child.stderr, to.stderr)];
  const answer = once(child, 'message', { signal }).then(async ([{ code }]) => {
    await Promise.all(printed);
    return code;
  });
  for (const promise of [died, answer]) promise.catch(() => {});
  child.send(task);
  const code = await Promise.race([died, answer]);
  ended.abort();
  return code;
}

/** What Nx has of the process of a task. */
class Task extends EventEmitter {
  constructor(script, { env, stdio }) {
    super();
    Object.assign(this, {
      script,
      env,
      connected: true,
      stdout: new PassThrough(),
      stderr: new PassThrough(),
    });
    if (stdio[1] === 'inherit') {
      this.stdout.on('data', (chunk) => streams[0](chunk));
      this.stderr.on('data', (chunk) => streams[1](chunk));
    }
  }

  /** Nx sends one message to a task: what to execute. */
  send(message) {
    const { script, env } = this;
    const code = executed.then(() => (asking ? 1 : execute({ script, env, message }, this)));
    executed = code.then((ended) => this.#end(ended));
  }

  /** As of a process: the end is heard when all that was printed has been read. */
  #end(code) {
    Object.assign(this, { connected: false, exitCode: code });
    for (const stream of [this.stdout, this.stderr]) stream.end();
    const read = [this.stdout, this.stderr].map((stream) => finished(stream.resume()));
    Promise.all(read).then(() => {
      this.emit('exit', code, null);
      this.emit('close', code, null);
    });
  }
}

/** Passes on what a stream gives before the mark of the end. */
function pass(from, to) {
  return new Promise((resolve) => {
    const take = (chunk) => {
      const at = chunk.indexOf(END);
      to.write(at < 0 ? chunk : chunk.subarray(0, at));
      if (at < 0) return;
      from.off('data', take);
      resolve();
    };
    from.on('data', take);
  });
}

const streams = [process.stdout, process.stderr].map((stream) => {
  const write = stream.write.bind(stream);
  stream.write = (chunk, encoding, done) => {
    if (leave !== undefined) return write(chunk, encoding, done);
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
  return write;
});

const own = createRequire(join(root, 'package.json'));

/** A command of `nx-flow`. The modules of the workspace are forgotten after it, so that an edit is seen. */
async function executeFlow(args) {
  const installed = join(root, 'node_modules') + sep;
  const code = await new Promise((resolve) => {
    leave = resolve;
    own('@nx-flow/core/cli')
      .main(args, { cwd: root })
      .then(resolve, (error) => {
        console.error(error);
        resolve(1);
      });
  });
  leave = undefined;
  for (const file of Object.keys(require.cache))
    if (file.startsWith(root + sep) && !file.startsWith(installed)) delete require.cache[file];
  return code;
}

async function executeCommand(program, args, env) {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  if (program === 'nx-flow') return await executeFlow(args);
  process.argv = [process.argv[0], join(nx, 'bin/nx.js'), ...args];
  parsed = undefined;
  commandsObject.parserConfiguration({ ...reading });
  forgetEnvironments();
  context.resetWorkspaceContext();
  const code = await new Promise((resolve) => {
    leave = resolve;
    context.setupWorkspaceContext(root);
    initLocal(findWorkspaceRoot(root)).catch(() => {});
  });
  await Promise.resolve(parsed).catch(() => {});
  for (const [event, listeners] of ours)
    for (const listener of process.listeners(event))
      if (!listeners.includes(listener)) process.removeListener(event, listener);
  return code;
}

/** While this process is a client of the store, the broker that a command has started serves the next one too. */
let store;
async function keepBroker() {
  if (store !== undefined || !existsSync(join(root, '.flow/db'))) return;
  store = own('@nx-flow/core/store').openStore(join(root, '.flow'));
}

/** What a process would not have that begins now. Less than a process of its own: Nx stays loaded. */
const forgetting = {
  /** The broker leaves when its last client has, and what lies in the store's folder can be taken away. */
  async broker() {
    const closing = store;
    store = undefined;
    await closing?.close();
  },
  /** What the plugin has in memory. */
  plugin() {
    require(join(nx, 'src/project-graph/plugins/get-plugins.js')).cleanupPlugins();
    const ours = realpathSync(join(root, 'node_modules/@nx-flow')) + sep;
    for (const file of Object.keys(require.cache)) if (file.startsWith(ours)) delete require.cache[file];
  },
  /** ES modules, which Node keeps in the process that executes tasks. */
  async tasks() {
    const child = executor;
    child?.disconnect();
    if (child) await once(child, 'exit');
  },
};

const parent = new Socket({ fd: 3 });
parent.on('close', async () => {
  await forgetting.tasks();
  process.reallyExit(0);
});
let before = Promise.resolve();
createInterface({ input: parent }).on('line', (line) => {
  const command = JSON.parse(line);
  before = before.then(async () => {
    let code = 0;
    if (command.program === 'forget') {
      for (const what of command.args) await forgetting[what]();
    } else {
      asking = command.asking;
      code = await executeCommand(command.program, command.args, command.env);
      if (command.keepsBroker) await keepBroker();
    }
    for (const write of streams) write(END);
    parent.write(`${JSON.stringify({ code })}\n`);
  });
});
