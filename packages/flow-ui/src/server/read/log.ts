/** What a task printed, from where the page has it. */
import type { Task } from '@nx-flow/core/ui';
import type { LogReply } from '../../api/routes';
import { fromOf } from './text';

/** Characters of one reply. */
const MOST = 1024 * 1024;

export async function readLog(
  task: Task<unknown>,
  query: { attempt?: string; from?: string },
): Promise<LogReply> {
  const from = fromOf(query.from);
  const attempt = query.attempt === undefined || query.attempt === '' ? undefined : Number(query.attempt);
  const pieces: LogReply['pieces'][number][] = [];
  // Before its log is read: what is printed later is asked for again.
  const { finished } = await task.refresh();
  let [next, characters, isAll] = [0, 0, true];
  for await (const { stream, at, attempt: of, text } of task.logs()) {
    if (next < from) {
      next++;
      continue;
    }
    if (characters > MOST) {
      isAll = false;
      break;
    }
    next++;
    if (attempt !== undefined && of !== attempt) continue;
    characters += text.length;
    pieces.push({ stream, at: at.getTime(), attempt: of, text });
  }
  return { pieces, next, ended: finished && isAll };
}
