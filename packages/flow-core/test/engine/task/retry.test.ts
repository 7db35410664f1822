/** When a failed task is tried again. */
import { fatal, flow } from '../../../src';
import { retryAdvice, retryAfterOf, retryWait } from '../../../src/engine/task/retry';
import { MemoryEngine } from '../../kit/memory';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const withHeader = (value: string) => ({ headers: new Headers({ 'Retry-After': value }) });

test.each<[string, unknown, number | undefined]>([
  ['seconds', { retryAfter: 2 }, 2000],
  ['seconds as text', { retryAfter: '1.5' }, 1500],
  ['a Date', { retryAfter: new Date(NOW + 3000) }, 3000],
  ['a date as a header has it', { retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
  ['a date that is over', { retryAfter: new Date(NOW - 3000) }, 0],
  ['a Response as the cause', { cause: withHeader('7') }, 7000],
  ['the cause of a cause', new Error('no', { cause: new Error('HTTP', { cause: withHeader('7') }) }), 7000],
  ['a response', { response: { headers: { 'retry-after': '7' } } }, 7000],
  ['headers of its own', withHeader('7'), 7000],
  ['its cause', { cause: { retryAfter: 4 } }, 4000],
  ['no number and no date', { retryAfter: 'soon' }, undefined],
  ['less than nothing', { retryAfter: Number.NaN }, undefined],
  ['nothing', new Error('no'), undefined],
  ['no error', undefined, undefined],
  [
    'what cannot be read',
    {
      get retryAfter() {
        throw new Error('no');
      },
    },
    undefined,
  ],
])('an error asks to wait by %s', (_, error, ms) => {
  expect(retryAfterOf(error, NOW)).toBe(ms);
});

test('each wait is longer, by chance too, and never shorter than the service asks for', () => {
  const retry = { times: 5, wait: '1s', backoff: 2, jitter: 0.5 };
  const waits = (random: number, afterMs?: number) =>
    [0, 1, 2].map((attempt) => retryWait({ retry }, attempt, afterMs, () => random));
  expect(waits(0)).toEqual([500, 1000, 2000]);
  expect(waits(0.5)).toEqual([1000, 2000, 4000]);
  expect(waits(1)).toEqual([1500, 3000, 6000]);
  expect(waits(0, 1500)).toEqual([1500, 1500, 2000]);
  expect(retryWait({ retry: 3 }, 0, 700)).toBe(700);
});

test('a service that asks for longer than a run waits is told, and not asked again', () => {
  const node = (timeout?: string) => ({ name: 'ask', options: { retry: 3, timeout } }) as never;
  const advice = retryAdvice(node(), Object.assign(new Error('Too many.'), { retryAfter: 3600 }));
  expect(advice).toMatchObject({ no: true, error: { code: 'FLOW_RETRY_AFTER' } });
  expect(advice.error?.message).toBe(
    'The service asks to wait 3,600 s before the next attempt, and a run waits 600 s at most: resume it later. Too many.',
  );
  expect(retryAdvice(node('30s'), { retryAfter: 31 }).error?.message).toContain(
    'a run waits 30 s at most, the timeout of "ask"',
  );
  expect(retryAdvice(node('30s'), { retryAfter: 30 })).toEqual({ afterMs: 30_000 });
});

describe('in a run', () => {
  /** How often a step is attempted that throws this, and the error of the run. */
  async function attempts(thrown: () => unknown, retry: object) {
    let n = 0;
    const f = flow('ask');
    const start = f.start({ retry: { times: 3, ...retry } }, () => {
      n++;
      throw thrown();
    });
    const { error } = await new MemoryEngine().run(f.end(start));
    return [n, error?.code ?? error?.message];
  }
  const refused = (status: number) => Object.assign(new Error(`status ${status}`), { status });

  test.each<[string, () => unknown, object, number, string]>([
    ['an error is tried again', () => new Error('no'), {}, 4, 'no'],
    ['a fatal one is not', () => fatal(new Error('no')), {}, 1, 'no'],
    ['what is no Error may be fatal', () => fatal('no'), {}, 1, 'no'],
    ['a frozen error may not be tried again', () => Object.freeze(fatal(new Error('no'))), {}, 1, 'no'],
    [
      'one that the step does not want is not',
      () => refused(400),
      { if: ({ status }: { status: number }) => status >= 500 },
      1,
      'status 400',
    ],
    [
      'one that it wants is',
      () => refused(503),
      { if: ({ status }: { status: number }) => status >= 500 },
      4,
      'status 503',
    ],
    [
      'a question that throws is told',
      () => new Error('no'),
      {
        if: () => {
          throw new Error('oops');
        },
      },
      1,
      'FLOW_RETRY',
    ],
    [
      'a question without an answer is told',
      () => new Error('no'),
      { if: async () => true },
      1,
      'FLOW_RETRY',
    ],
  ])('%s', async (_, thrown, retry, times, said) => {
    expect(await attempts(thrown, retry)).toEqual([times, said]);
  });
});

test('options that are none are told where the flow is declared', () => {
  const problems = (retry: object) => {
    const f = flow('wrong');
    const start = f.start({ retry: retry as never }, () => ({}));
    return () => f.end(start);
  };
  for (const [retry, why] of [
    [{ times: 1, jitter: 2 }, '`retry.jitter` of "start" is a number from 0 to 1, such as 0.5.'],
    [{ times: 1, backoff: 0 }, '`retry.backoff` of "start" is a number above 0, such as 2.'],
    [{ times: 1, if: true }, '`retry.if` of "start" is a function of the error that gives true or false.'],
    [{ times: 1, waits: '1s' }, '`retry` of "start" has no "waits". Did you mean "wait"?'],
  ] as const)
    expect(problems(retry)).toThrow(why);
});
