/** Every record of a database, also where parts of it cannot be read: what lies behind such a part is reached by a seek. */
import type { Kv } from '../../store/kv/kv';
import { nameOfKey, prefixRange } from '../../store/kv/row-keys';
import type { Report, StoreProblem } from './problem';

/** Records in one page: values may have megabytes. */
const PAGE = 64;

/** How often to go on behind a part that cannot be read. Each time is a seek. */
const SEEKS = 10_000;

/** The kinds of records, in the order of their keys. */
const KINDS = [
  ...['artifact', 'card', 'code', 'counter', 'importing', 'log', 'lost', 'namespace'],
  ...['nonce', 'part', 'removed', 'reuse', 'run', 'tag', 'taken', 'task', 'twin'],
];

/**
 * Yields the records in the order of keys; a damaged value is undefined. Each part that cannot be read is reported, by the record
 * before it.
 * @param prefix of the keys; all by default
 */
export async function* inspected(
  kv: Kv,
  report: Report,
  prefix = '',
): AsyncGenerator<[string, Uint8Array | undefined], void, undefined> {
  let { gte, lt } = prefixRange(prefix);
  let limit = PAGE;
  let last: string | undefined;
  let seeks = 0;
  while (gte < lt && seeks < SEEKS) {
    let page: [string, Uint8Array | undefined][];
    try {
      page = await kv.inspect({ gte, lt, limit });
    } catch (error) {
      // Nothing answers, or it could not be opened.
      if ((error as { code?: string }).code !== 'FLOW_STORE_CORRUPT') throw error;
      // What lies before the part is read one by one.
      if (limit > 1) {
        limit = 1;
        continue;
      }
      const isNew = gte === prefix || gte === `${last}\0`;
      if (isNew) report(unreadable(last, error as Error));
      gte = isNew ? behindRun(gte) : nextKind(gte);
      limit = PAGE;
      seeks++;
      continue;
    }
    yield* page;
    if (page.length < limit) return;
    last = page.at(-1)?.[0] as string;
    gte = `${last}\0`;
  }
}

/** The records after those of the key's run, of the same kind. */
function behindRun(key: string): string {
  const [run] = /^\w+\/[^/]+\/\d{10}/.exec(key) ?? [];
  return run === undefined ? nextKind(key) : `${run}\x7f`;
}

function nextKind(key: string): string {
  const kind = KINDS.find((one) => `${one}/` > key);
  return kind === undefined ? '\x7f' : `${kind}/`;
}

function unreadable(last: string | undefined, { message }: Error): StoreProblem {
  return {
    where: last === undefined ? 'the first records' : `after ${nameOfKey(last)}`,
    message: `${message.replace(/\. Restore .*$/s, '')}: what is recorded there is not seen. Restore the store from a copy, or execute again what is missing.`,
  };
}
