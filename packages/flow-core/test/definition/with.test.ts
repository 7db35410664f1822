import { flow, requireGraph } from '../../src/definition/flow';
import { optionsForAll, resultOptions, withOptions } from '../../src/definition/with';

const refusal = (...texts: string[]) => {
  try {
    return optionsForAll(texts);
  } catch (error) {
    const { code, message, exit } = error as { code: string; message: string; exit: number };
    expect([code, exit]).toEqual(['FLOW_WITH', 2]);
    return message;
  }
};

test('an option is given by its name, by =value, or by :key=value,key=value', () => {
  expect(
    optionsForAll(['retry=3', 'timeout=1.5m', 'catch=error', 'isolate', 'env:A=1', 'secrets=KEY,OTHER']),
  ).toEqual({
    retry: 3,
    timeout: '1.5m',
    catch: 'error',
    isolate: true,
    env: { A: '1' },
    secrets: ['KEY', 'OTHER'],
  });
  expect(optionsForAll(['retry:times=3,wait=10s,backoff=1.5'])).toEqual({
    retry: { times: 3, wait: '10s', backoff: 1.5 },
  });
  expect(optionsForAll([])).toEqual({});
});

test('a variable may hold commas, equals signs and nothing, and variables add up', () => {
  expect(optionsForAll(['env:LIST=a,b,c,NEXT=x=y', 'env:EMPTY=', 'env:URL=http://x:1/?a=b'])).toEqual({
    env: { LIST: 'a,b,c', NEXT: 'x=y', EMPTY: '', URL: 'http://x:1/?a=b' },
  });
});

test('what is unknown, malformed or given twice is refused with a sentence that says what to write', () => {
  expect(refusal('retri=3')).toBe(
    '--with=retri=3: no such option can be given to all steps. Did you mean "retry"? Write retry=3 or retry:times=3,wait=10s,backoff=2,jitter=0.5; timeout=5m; concurrency=50; rate:limit=10,per=1s; catch=error; isolate; card; env:KEY=VALUE,OTHER=VALUE; secrets=KEY,OTHER.',
  );
  expect(refusal('packages:a=1')).toContain(
    'There are: retry, timeout, concurrency, rate, catch, isolate, card, env, secrets.',
  );
  expect(refusal('')).toContain('no such option');
  const retry = 'write retry=3 or retry:times=3,wait=10s,backoff=2,jitter=0.5.';
  for (const text of [
    'retry',
    'retry=',
    'retry=-1',
    'retry=1.5',
    'retry:',
    'retry:3',
    'retry:wait=10s',
    'retry:times=3,wait=10',
    'retry:times=3,backoff=0',
  ]) {
    expect(refusal(text)).toBe(`--with=${text}: ${retry}`);
  }
  expect(refusal('retry:times=3,waits=1s')).toBe(
    '--with=retry:times=3,waits=1s: retry has no "waits". Did you mean "wait"?',
  );
  for (const text of ['timeout', 'timeout=5', 'timeout:5m'])
    expect(refusal(text)).toBe(`--with=${text}: write timeout=5m.`);
  for (const text of ['catch', 'catch=', 'catch=a b'])
    expect(refusal(text)).toBe(`--with=${text}: write catch=error.`);
  for (const text of ['isolate=no', 'isolate:a=1'])
    expect(refusal(text)).toBe(`--with=${text}: write isolate.`);
  for (const text of ['env', 'env=A', 'env:', 'env:A', 'env:1=2']) {
    expect(refusal(text)).toBe(`--with=${text}: write env:KEY=VALUE,OTHER=VALUE.`);
  }
  expect(refusal('retry=1', 'retry=2')).toBe('--with=retry=2: retry is given twice: give it once.');
});

test('two runs are the same run whatever they were given that changes no result', () => {
  const given = ['concurrency=50', 'retry=3', ' rate:limit=1,per=1s', 'env:A=…', 'secrets=KEY', 'isolate'];
  expect(resultOptions(given)).toEqual(['retry=3', 'env:A=…', 'isolate']);
});

test('a step keeps what it declares; none that nothing could follow is made to catch', () => {
  const f = flow('all');
  const start = f.start(() => ({}));
  const own = f.step('own', { after: start, retry: 0, env: { A: 'own' } }, () => ({}));
  const graph = requireGraph(f.end(own));
  const given = withOptions(graph, optionsForAll(['retry=3', 'catch=error', 'env:A=1,B=2']));
  const options = (name: string) => given.steps.get(name)?.options;
  expect(options('start')).toEqual({ retry: 3, env: { A: '1', B: '2' } });
  expect(options('own')).toEqual({ retry: 0, catch: 'error', env: { A: 'own' } });
  expect(options('end')).toEqual({ retry: 3, env: { A: '1', B: '2' } });
  expect(graph.steps.get('start')?.options).toEqual({});
});
