/** The lines of source around the place where an error was thrown. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorRecord } from '@nx-flow/core/ui';
import type { TaskReply } from '../../api/routes';

/** Lines before and after it. */
const AROUND = 6;
/** Bytes of a file that is read for it. */
const LARGEST = 2 * 1024 * 1024;

/**
 * The stack is a text of somebody's code: only source of the workspace is shown, whatever it names. Undefined where the file is not
 * there any more.
 */
export function sourceOf({ stack = '' }: ErrorRecord, workspace: string): TaskReply['source'] {
  for (const [, at = '', line = ''] of stack.matchAll(
    /(?:\(|at )((?:file:\/\/)?\/[^()\n]+?):(\d+):\d+\)?$/gm,
  )) {
    try {
      const file = realpathSync(at.startsWith('file:') ? fileURLToPath(at) : at);
      const shown = relative(realpathSync(workspace), file);
      if (
        !/\.[cm]?[jt]sx?$/.test(file) ||
        shown.split(sep).some((part) => part === '..' || part === 'node_modules')
      )
        continue;
      if (statSync(file).size > LARGEST) continue;
      const lines = readFileSync(file, 'utf8').split('\n');
      const marked = Number(line);
      if (marked < 1 || marked > lines.length) continue;
      const first = Math.max(1, marked - AROUND);
      return { file: shown, first, marked, lines: lines.slice(first - 1, marked + AROUND) };
    } catch {}
  }
  return undefined;
}
