/** The runs that a filter finds: pages as one scrolls, and the first of them again whenever something happens. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunEntry, RunsReply } from '../../api/routes';
import { type Filters, PAGE, runsPath } from '../logic/filters';
import { withEnd, withFirstPage, withNextPage } from '../logic/run-rows';
import { AskError, ask } from '../shell/ask';
import { isStale, useMessages } from '../shell/events';
import { changesRuns } from '../shell/happenings';
import { useAsk } from '../shell/use-ask';

interface List {
  path: string;
  rows: readonly RunEntry[];
  cursor?: string;
}

export function useRuns(filters: Filters) {
  const path = runsPath(filters);
  const first = useAsk<RunsReply>(path, changesRuns);
  const [list, setList] = useState<List>();
  const [failed, fail] = useState<AskError>();
  const asking = useRef(false);
  useEffect(() => {
    const reply = first.value;
    if (!reply) return;
    setList((before) => {
      if (before?.path !== path || before.rows.length <= PAGE)
        return { path, rows: reply.runs, cursor: reply.cursor };
      return { ...before, rows: withFirstPage(before.rows, reply) };
    });
  }, [first.value]);
  useMessages((message) => {
    // Rows of later pages may be gone.
    if (isStale(message)) setList((before) => before && { ...before, rows: before.rows.slice(0, PAGE) });
    else if (message.type === 'event' && message.event.type === 'run-done')
      setList((before) => before && withRows(before, withEnd(before.rows, message)));
  });
  const more = async () => {
    if (asking.current || list?.path !== path || list.cursor === undefined) return;
    asking.current = true;
    try {
      const reply = await ask<RunsReply>(runsPath(filters, list.cursor));
      setList(
        (before) =>
          before &&
          (before.path === path
            ? { ...withRows(before, withNextPage(before.rows, reply)), cursor: reply.cursor }
            : before),
      );
      fail(undefined);
    } catch (error) {
      if (error instanceof AskError) fail(error);
    } finally {
      asking.current = false;
    }
  };
  return {
    list,
    stale: list !== undefined && list.path !== path,
    error: first.error ?? failed,
    more,
    again: first.again,
  };
}

const withRows = (list: List, rows: readonly RunEntry[]) => (rows === list.rows ? list : { ...list, rows });
