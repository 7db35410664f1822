/** Temporary workspaces: the packages as they would be installed, their dependencies linked, all removed afterwards. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { linkPackages } from './build.mjs';
import { whenInterrupted } from './ending.mjs';
import { timedNode } from './node.mjs';

const PACKAGES = {
  core: 'packages/flow-core',
  plugin: 'packages/flow-plugin',
  ui: 'packages/flow-ui',
  queue: 'packages/flow-queue',
};

/** A broker that was left alone in CI goes at once; this is for a machine under load. Milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Makes a workspace in which a build is installed, gives it to `use`, and removes it.
 * @param {import('./build.mjs').Build} build
 * @param {Record<string, string>} files by path
 * @param {(workspace: Workspace) => Promise<T>} use
 * @template T
 */
export const withWorkspace = (build, files, use) =>
  within((workspace) => workspace.install(build), files, use);

/** The same in a checkout of the repository, where the packages are links to their sources' folders. */
export const withCheckout = (build, files, use) =>
  within((workspace) => workspace.checkout(build), files, use);

async function within(fill, files, use) {
  const workspace = new Workspace(realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-bench-'))));
  const leave = async () => {
    try {
      await workspace.dropBroker();
      await workspace.letBrokerGo();
    } finally {
      workspace.remove();
    }
  };
  const forget = whenInterrupted(leave);
  try {
    fill(workspace);
    for (const [path, text] of Object.entries(files)) workspace.write(path, text);
    return await use(workspace);
  } finally {
    await leave();
    forget();
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

  /** The packages are copied as npm would pack them; what they depend on is linked. */
  install(build) {
    linkPackages(build.modules, this.path('node_modules'));
    for (const [name, folder] of Object.entries(PACKAGES)) {
      const from = join(build.folder, folder);
      // An older commit has no page, or no queue.
      if (!existsSync(join(from, 'package.json'))) continue;
      const to = this.path('node_modules/@nx-flow', name);
      const { files = [] } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
      for (const path of ['package.json', ...files]) {
        if (existsSync(join(from, path))) cpSync(join(from, path), join(to, path), { recursive: true });
      }
      linkNested(build, folder, to);
    }
  }

  /** The repository as its developers have it: a copy, so that a benchmark leaves nothing in it. */
  checkout(build) {
    cpSync(build.folder, this.folder, {
      recursive: true,
      filter: (path) => !['node_modules', '.git'].includes(basename(path)),
    });
    linkPackages(build.modules, this.path('node_modules'));
    mkdirSync(this.path('node_modules/@nx-flow'), { recursive: true });
    for (const [name, folder] of Object.entries(PACKAGES)) {
      if (!existsSync(join(build.folder, folder, 'package.json'))) continue;
      symlinkSync(join('../..', folder), this.path('node_modules/@nx-flow', name), 'junction');
      linkNested(build, folder, this.path(folder));
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
    this.dropBroker = async () => {
      this.dropBroker = async () => {};
      await kv.close();
    };
  }

  /** What a case says that has a broker up while it is measured. */
  brokerHeld() {
    return {
      begin: () => this.holdBroker(),
      end: async () => {
        await this.dropBroker();
        await this.letBrokerGo();
      },
    };
  }

  /** Runs `nx-flow` here and gives its time and output. */
  nxFlow(...argv) {
    return timedNode([this.command, ...argv], { cwd: this.folder });
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

  /** Removes the store. A broker that leaves writes its last notes after it has stopped to listen. */
  async dropStore() {
    for (let tries = 0; ; tries++) {
      try {
        rmSync(this.store, { recursive: true, force: true });
        return;
      } catch (error) {
        if (error.code !== 'ENOTEMPTY' || tries === 20) throw error;
        await delay(50);
      }
    }
  }

  remove() {
    for (const undo of this.undo.splice(0).reverse()) undo();
    // A broker that answers no more may be closing its database still, and Node tries the outermost folder alone again.
    for (let left = 10; ; left--) {
      try {
        rmSync(this.folder, { recursive: true, force: true });
        return;
      } catch (error) {
        if (error.code !== 'ENOTEMPTY' || left === 0) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      }
    }
  }
}

/** What npm installed for one package alone, since another version of it serves the others. */
function linkNested(build, folder, to) {
  const nested = join(build.modules, '..', folder, 'node_modules');
  if (existsSync(nested)) linkPackages(nested, join(to, 'node_modules'));
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
