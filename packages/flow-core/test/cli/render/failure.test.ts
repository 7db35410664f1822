import { renderFailure } from '../../../src/cli/render/failure';
import { makeOutput } from '../../../src/cli/render/output';

test.each(['EMFILE', 'ENFILE'])('a process without open files (%s) says what would help', (code) => {
  const results: object[] = [];
  const output = makeOutput(true, false);
  const told = { ...output, write: () => {}, result: (result: object) => results.push(result) };
  const error = Object.assign(new Error(`${code}: too many open files, open 'static.js'`), { code });
  expect(renderFailure(error, { ...output, forError: () => told } as never, '/')).toBe(1);
  const message = `The system gives this process no more open files (${code}): raise the limit, as by ulimit -n 1024, and do it again. What was recorded before is kept.`;
  expect(results).toMatchObject([{ error: { code: 'FLOW_HANDLES', message } }]);
});
