/** A cluster of Slurm with one node, this machine, in a folder of its own and without systemd: munged, slurmctld, slurmd. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A process that goes on until it is ended. What it prints is in `<name>.out`. */
export function startProgram(folder, name, program, args, env = process.env) {
  const child = spawn('sh', ['-c', 'exec "$0" "$@" >>"$OUT" 2>&1', program, ...args], {
    env: { ...env, OUT: join(folder, `${name}.out`) },
    stdio: 'ignore',
    cwd: folder,
  });
  return {
    child,
    /** With SIGTERM, and after ten seconds for good. */
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exit;
      clearTimeout(late);
    },
  };
}

/** Asks until it is so. @throws Error with what was printed, where it takes more than `seconds` */
export async function until(what, is, seconds = 30) {
  const late = Date.now() + seconds * 1000;
  while (!(await is())) {
    if (Date.now() > late) throw new Error(`${what}: not within ${seconds} s.`);
    await pause(50);
  }
}

/** It has two GPUs, by name. @param folder its files, logs and keys */
export async function startCluster(folder, { cpus }) {
  const [controller, node] = [await freePort(), await freePort()];
  const { username } = userInfo();
  const conf = join(folder, 'slurm.conf');
  const socket = join(folder, 'munge.socket');
  // munged asks for it; the key is its own all the same.
  chmodSync(folder, 0o711);
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name), { mode: 0o755 });
  writeFileSync(join(folder, 'munge.key'), randomBytes(64), { mode: 0o600 });
  // Slurm counts the files of devices, and does not open them.
  const devices = ['/dev/null', '/dev/zero'].map((file) => `NodeName=${hostname()} Name=gpu File=${file}\n`);
  writeFileSync(join(folder, 'gres.conf'), devices.join(''));
  writeFileSync(
    conf,
    `ClusterName=nxflow
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/munge
AuthInfo=socket=${socket}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=${controller}
SlurmdPort=${node}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
GresTypes=gpu
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${cpus} Gres=gpu:${devices.length} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { ...process.env, SLURM_CONF: conf, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const programs = [];
  /** Starts a program, and asks until it is there. */
  const start = async (isThere, name, ...args) => {
    const program = startProgram(folder, name, name, args, env);
    programs.unshift(program);
    await until(name, () => {
      if (program.child.exitCode !== null)
        throw new Error(`${name} has ended with ${program.child.exitCode}.`);
      return isThere();
    });
  };
  /** Gives what a command of Slurm prints. */
  const ask = (command, ...args) =>
    execFileSync(command, args, { env, encoding: 'utf8', stdio: 'pipe' }).trim();
  const tried = (command, ...args) => {
    try {
      return ask(command, ...args);
    } catch {
      return '';
    }
  };
  const cluster = {
    env,
    ask,
    /** What its programs have printed, and their last lines. */
    said() {
      const files = ['munged.out', 'slurmctld.out', 'slurmctld.log', 'slurmd.out', 'slurmd.log'];
      return files.map((name) => `--- ${name}\n${tailOf(join(folder, name))}`).join('\n');
    },
    /** Cancels what is left, waits for its end, and ends the programs. */
    async close() {
      if (tried('squeue', '-h') !== '') tried('scancel', '--full', '--signal=KILL', `--user=${username}`);
      await until('the end of all jobs', () => tried('squeue', '-h') === '').catch(() => {});
      for (const program of programs) await program.end();
    },
  };
  try {
    const munge = ['socket', 'pid-file', 'log-file', 'seed-file', 'key-file'].map((name) => {
      const file = { socket, 'key-file': join(folder, 'munge.key') }[name] ?? join(folder, `munge.${name}`);
      return `--${name}=${file}`;
    });
    const isMunged = () => tried('munge', `--socket=${socket}`, '--no-input') !== '';
    await start(isMunged, 'munged', '--foreground', ...munge);
    await start(() => tried('scontrol', 'ping').includes('UP'), 'slurmctld', '-D', '-f', conf);
    await start(() => tried('sinfo', '-h', '-o', '%t') === 'idle', 'slurmd', '-D', '-f', conf);
    return cluster;
  } catch (error) {
    process.stderr.write(`${cluster.said()}\n`);
    await cluster.close();
    throw error;
  }
}

function tailOf(file) {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-12).join('\n');
  } catch {
    return '';
  }
}
