import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What marks every process that comes from a workspace, however far down. */
export const MARK = 'NX_FLOW_VARIANT';

/** The living processes of a workspace: those that have its mark, are told of its folder, or are in it. */
export function processesOf(folder) {
  if (!existsSync('/proc/self/environ')) return listed(folder);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        const command = text(entry, 'cmdline').split('\0').join(' ').trim();
        // A process that has ended and was not yet waited for has no command.
        if (command === '') return [];
        const marked = text(entry, 'environ').split('\0').includes(`${MARK}=${folder}`);
        const inside = readlinkSync(`/proc/${entry}/cwd`).startsWith(folder);
        return marked || inside || command.includes(folder) ? [{ pid: Number(entry), command }] : [];
      } catch {
        // It ended meanwhile, or is another user's.
        return [];
      }
    });
}

/** Ends one process, or with a negative id a group. */
export function end(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

function text(entry, file) {
  return readFileSync(`/proc/${entry}/${file}`, 'utf8');
}

/** Where environments cannot be read: what is told of the folder. */
function listed(folder) {
  return execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().match(/^(\d+) (.*)$/))
    .filter((match) => match?.[2].includes(folder))
    .map((match) => ({ pid: Number(match[1]), command: match[2] }));
}
