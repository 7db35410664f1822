/** Temporary workspaces: the packages as they would be installed, their dependencies linked, all removed afterwards. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGES = { core: 'packages/flow-core', plugin: 'packages/flow-plugin' };

/** A broker that was left alone in CI goes at once; this is for a machine under load. Milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Makes a workspace, gives it to `use`, and removes it.
 * @param {Record<string, string>} files by path
 * @param {(workspace: Workspace) => Promise<T>} use
 * @template T
 */
export async function withWorkspace(files, use) {
  const workspace = new Workspace(mkdtempSync(join(tmpdir(), 'nx-flow-bench-')));
  const ending = () => {
    workspace.remove();
    process.exit(130);
  };
  process.once('SIGINT', ending).once('SIGTERM', ending);
  try {
    workspace.install();
    for (const [path, text] of Object.entries(files)) workspace.write(path, text);
    return await use(workspace);
  } finally {
    process.off('SIGINT', ending).off('SIGTERM', ending);
    try {
      await workspace.dropBroker();
      await workspace.letBrokerGo();
    } finally {
      workspace.remove();
    }
  }
}

export class Workspace {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.store = join(folder, '.flow');
    /** The `nx-flow` command, without npx. */
    this.command = join(folder, 'node_modules/@nx-flow/core/bin/nx-flow.js');
    this.dropBroker = async () => {};
    /** Undone when the workspace goes, the last one first. */
    this.undo = [];
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  write(path, text) {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** The packages are copied, so that a build in mid-measurement changes nothing; what they depend on is linked. */
  install() {
    const modules = this.path('node_modules');
    mkdirSync(join(modules, '@nx-flow'), { recursive: true });
    for (const [name, folder] of Object.entries(PACKAGES)) {
      const from = join(repository, folder);
      const { files = [] } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
      for (const path of ['package.json', ...files]) {
        if (readdirSync(from).includes(path)) {
          cpSync(join(from, path), join(modules, '@nx-flow', name, path), { recursive: true });
        }
      }
    }
    for (const name of readdirSync(join(repository, 'node_modules'))) {
      if (name.startsWith('.') || name === '@nx-flow') continue;
      symlinkSync(join(repository, 'node_modules', name), join(modules, name), 'junction');
    }
  }

  /** Nx's own command, which lies elsewhere in each major version. */
  get nx() {
    return this.path('node_modules/nx', this.require('nx/package.json').bin.nx);
  }

  /** A module as code of this workspace sees it. */
  require(name) {
    return createRequire(this.path('package.json'))(name);
  }

  /** Keeps a broker up until `dropBroker`, which the end of the workspace calls too. */
  async holdBroker() {
    const { BrokerKv } = this.require('@nx-flow/core/store');
    const kv = BrokerKv.open(this.store);
    await kv.get('bench');
    this.dropBroker = () => kv.close();
  }

  /** Resolves when no broker listens any more. In CI (`CI=1`) one leaves with its last client. */
  async letBrokerGo() {
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      const sockets = listed(this.store).filter((name) => name.endsWith('.sock'));
      const answers = await Promise.all(sockets.map((name) => answering(join(this.store, name))));
      if (!answers.includes(true)) return;
      await delay(10);
    }
    throw new Error(`A broker of ${this.store} did not leave.`);
  }

  remove() {
    for (const undo of this.undo.splice(0).reverse()) undo();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function answering(path) {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
