import { small } from '../lib/flows';
import { Workspace } from '../lib/workspace';

const BODY = `({ self }) => {
  const limit = self.one;
  throw new RangeError('more than ' + limit);
}`;
const workspace = new Workspace('failures', { 'fails/fails.flow.ts': small('fails', BODY) });

test.each(['run', 'spin'])(
  'a step that fails under nx %s shows its message and the line of its source',
  (target) => {
    const args = target === 'run' ? ['run', 'fails'] : ['spin', 'fails', '--step=double'];
    const { code, text } = workspace.nx(...args);
    expect(text).toContain('RangeError: more than 1');
    expect(text).toMatch(/> +8 \| +throw new RangeError/);
    expect(text).toContain('fails/fails.flow.ts:8:9');
    expect(text).not.toContain('node_modules/@nx-flow');
    expect(code).toBe(1);
  },
);

test('the JSON of a failure has the error', () => {
  const result = workspace.nx('spin', 'fails', 'double', '--json');
  expect(result.json()).toMatchObject({
    step: 'double',
    status: 'failed',
    error: { name: 'RangeError', message: 'more than 1' },
  });
  expect(result.code).toBe(1);
});
