/** How a run or a task stands, in one coloured word. */
import { statusNow } from '../../engine/alive';
import type { RunRow } from '../../store/rows';
import type { Output } from './output';

export function statusText(run: Pick<RunRow, 'status' | 'pid' | 'host'>, { colors }: Output): string {
  const status = statusNow(run);
  const paint = {
    done: colors.green,
    failed: colors.red,
    killed: colors.red,
    running: colors.cyan,
    stopped: colors.yellow,
  };
  return paint[status](status);
}
