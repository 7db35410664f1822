/** Servers of queues for tests: on a free port, in a folder of their own, ended by who started them. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface TestServer {
  url: string;
  port: number;
  /** The address of a database on it that nobody has used. */
  fresh(): Promise<string>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** After `kill`: with what it has kept, at the same address. */
  start(): Promise<void>;
  /** Ends it, and removes its folder. */
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Where a program is; undefined where it is not installed. */
function find(name: string, folders: readonly string[] = []): string | undefined {
  const all = [...folders, ...(process.env.PATH ?? '').split(delimiter)];
  return all.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

export const redisProgram = find('redis-server');

function postgresFolder(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

const postgresBin = postgresFolder();
export const hasPostgres = postgresBin !== undefined;

/** The servers that are installed here, by name. What is left out, one line says. */
export function installedServers(): [name: string, start: () => Promise<TestServer>][] {
  const all: [string, boolean, () => Promise<TestServer>][] = [
    ['Redis', redisProgram !== undefined, () => startRedis()],
    ['PostgreSQL', hasPostgres, () => startPostgres()],
  ];
  const missing = all.filter(([, isThere]) => !isThere).map(([name]) => name);
  if (missing.length > 0)
    process.stderr.write(`Tests of queues leave out ${missing.join(' and ')}: not installed here.\n`);
  return all.filter(([, isThere]) => isThere).map(([name, , start]) => [name, start]);
}

/** Those that `npm test` asks more of: one of them, and all with `WHOLE=1`. */
export function someServers(): ReturnType<typeof installedServers> {
  return process.env.WHOLE === '1' ? installedServers() : installedServers().slice(0, 1);
}

export interface RedisOptions {
  /** What was in it is there after a start. */
  keeps?: boolean;
  password?: string;
  /** It has this certificate, and speaks TLS at this port besides. */
  tls?: { cert: string; key: string; port: number };
}

/** A certificate that signs itself, for these names of hosts, such as `IP:127.0.0.1`. Undefined without openssl. */
export function certificate(folder: string, names: string): { cert: string; key: string } | undefined {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const args = ['req', '-x509', ...kind, '-subj', '/CN=test', '-addext', `subjectAltName=${names}`];
  const { status } = spawnSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return status === 0 ? { cert, key } : undefined;
}

export async function startRedis(options: RedisOptions = {}): Promise<TestServer> {
  const { keeps, password, tls } = options;
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-redis-'));
  const port = await freePort();
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--loglevel',
    'warning',
  ];
  const kept = ['--appendonly', keeps ? 'yes' : 'no', '--appendfsync', 'always'];
  if (password) kept.push('--requirepass', password);
  if (tls) {
    kept.push('--tls-port', `${tls.port}`, '--tls-cert-file', tls.cert, '--tls-key-file', tls.key);
    kept.push('--tls-ca-cert-file', tls.cert, '--tls-auth-clients', 'no');
  }
  let child: ChildProcess;
  const start = async () => {
    child = spawn(redisProgram as string, [...args, ...kept], { stdio: 'ignore' });
    await untilOpen(port, child);
  };
  const kill = () => ended(child, 'SIGKILL');
  await start();
  const close = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `redis://127.0.0.1:${port}`;
  let databases = 0;
  return { url, port, fresh: async () => `${url}/${databases++}`, start, kill, close };
}

/** PostgreSQL refuses root: its own user executes it then. */
export async function startPostgres(): Promise<TestServer> {
  const bin = postgresBin as string;
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-pg-'));
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((what) =>
      Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' })),
    );
    chownSync(folder, uid as number, gid as number);
  }
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'flow', '-A', 'trust', '-N'];
  const [command = '', ...rest] = [...as, join(bin, 'initdb'), ...init];
  execFileSync(command, rest, { stdio: 'ignore', cwd: folder });
  let child: ChildProcess;
  const start = async () => {
    const options = ['-D', data, '-p', `${port}`, '-k', folder];
    const given = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
    const [program = '', ...args] = [...as, join(bin, 'postgres'), ...options, ...given];
    child = spawn(program, args, { stdio: 'ignore', cwd: folder });
    await untilOpen(port, child);
    // It listens before it is ready.
    while (spawnSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', `${port}`]).status !== 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  // Immediate: it recovers at the next start.
  const kill = () => ended(child, 'SIGQUIT');
  await start();
  const close = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `postgres://flow@127.0.0.1:${port}/postgres`;
  let databases = 0;
  const fresh = async () => {
    const name = `flows${databases++}`;
    execFileSync(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'flow', name]);
    return url.replace(/postgres$/, name);
  };
  return { url, port, fresh, start, kill, close };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** Until it accepts connections. */
async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  const { connect } = await import('node:net');
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The server has ended with ${child.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
