/** Starts a process of this package, with a channel to it, and hears its end. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { type Channel, type ChannelListener, channelToChild, FROM_PARENT, TO_PARENT } from './channel';

export interface StartedProcess<Out> {
  child: ChildProcess;
  channel: Channel<Out>;
  /**
   * Calls a function when the process has ended and its messages are read, at once when that was before.
   * It does not wait for the output to close: a process that a step started and left may hold that open for ever.
   * @param ended gets what it came to: `exited with code 1`, `was killed by SIGKILL`
   */
  onEnd(ended: (how: string) => void): void;
}

/** How long to wait for the last output of an ended process. Milliseconds. */
const LAST_WORDS_MS = 50;

/** How long a process may live on whose channel is closed. Milliseconds. */
const WITHOUT_CHANNEL_MS = 1000;

/**
 * Starts a Node process. Its output is piped, its input is empty, and it finds the channel by `channelToParent`.
 * @param apart in a process group of its own, where there are any
 * @param node options of Node itself
 * @param cwd its working directory; by default this process's
 * @throws an error with the code EMFILE when there are no file handles for it
 */
export function startProcess<In, Out>(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  hear: ChannelListener<In>['message'],
  {
    apart = false,
    node = [],
    cwd,
  }: { apart?: boolean; node?: readonly string[]; cwd?: string | undefined } = {},
): StartedProcess<Out> {
  const detached = apart && process.platform !== 'win32';
  const options: SpawnOptions = {
    detached,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
  };
  const child = spawn(process.execPath, [...node, script, ...args], options);
  if ((child.stdio as unknown) === undefined) {
    // Told below, and told once more by an event.
    child.on('error', () => {});
    throw Object.assign(new Error('spawn EMFILE: too many open files'), { code: 'EMFILE' });
  }
  const listeners: ((how: string) => void)[] = [];
  let how: string | undefined;
  let lost: string | undefined;
  let kill: NodeJS.Timeout | undefined;
  const hasExited = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const check = () => {
    if (!hasExited() || channel.open) return;
    child.off('exit', check);
    clearTimeout(kill);
    const letGo = () => {
      clearTimeout(timer);
      child.off('close', letGo);
      child.stdout?.destroy();
      child.stderr?.destroy();
      const { exitCode, signalCode } = child;
      how = lost ?? (signalCode ? `was killed by ${signalCode}` : `exited with code ${exitCode}`);
      for (const listener of listeners.splice(0)) listener(how);
    };
    const timer = setTimeout(letGo, LAST_WORDS_MS);
    child.once('close', letGo);
  };
  const end = (why: string) => {
    if (hasExited()) return;
    lost = why;
    child.kill('SIGKILL');
  };
  const endSoon = () => {
    if (!hasExited()) kill ??= setTimeout(end, WITHOUT_CHANNEL_MS, 'closed its channel to the engine');
  };
  const toChild = child.stdio[FROM_PARENT] as Socket;
  const fromChild = child.stdio[TO_PARENT] as Socket;
  // It has ended, or closed its descriptor. What it said before that is read still.
  toChild.on('error', endSoon);
  const channel = channelToChild<In, Out>(
    { toChild, fromChild },
    {
      message: hear,
      closed(damaged) {
        if (damaged) end('wrote into its channel to the engine');
        else endSoon();
        check();
      },
    },
  );
  child.on('exit', check);
  child.on('error', () => {
    child.kill('SIGKILL');
    check();
  });
  return {
    child,
    channel,
    onEnd(ended) {
      if (how === undefined) listeners.push(ended);
      else ended(how);
    },
  };
}
