import { renderFailure } from '../../../src/cli/render/failure';
import { makeOutput } from '../../../src/cli/render/output';
import { requireHandles } from '../../../src/definition/handles';
import { mostHandles } from '../../../src/environment/handles';

test.each(['EMFILE', 'ENFILE'])('a process without open files (%s) says what would help', (code) => {
  const results: object[] = [];
  const output = makeOutput(true, false);
  const told = { ...output, write: () => {}, result: (result: object) => results.push(result) };
  const error = Object.assign(new Error(`${code}: too many open files, open 'static.js'`), { code });
  expect(renderFailure(error, { ...output, forError: () => told } as never, '/')).toBe(1);
  const message = `The system gives this process no more open files (${code}): raise the limit, as by ulimit -n 1024, and do it again. What was recorded before is kept.`;
  expect(results).toMatchObject([{ error: { code: 'FLOW_HANDLES', message } }]);
});

test('a process that may open too few files is refused before it begins anything', () => {
  expect(() => requireHandles(63)).toThrow(
    'This process may open 63 files at once, and needs at least 64: raise the limit, as by ulimit -n 1024, and do it again. What was recorded before is kept.',
  );
  requireHandles(64);
  requireHandles(undefined);
  requireHandles(mostHandles());
});
