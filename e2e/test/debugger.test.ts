/** A debugger stops in a step that Nx executes, in its TypeScript source. */
import { join } from 'node:path';
import { stopsOf } from '../../packages/flow-core/test/kit/stops';
import { Workspace } from '../lib/workspace';

test('nx spin --inspect-brk waits for a debugger, and stops at the first line of the step', async () => {
  const flow = `import { flow } from '@nx-flow/core';
const f = flow('films');
export default f.end(f.start(() => {
  const n = 1;
  return { n };
}));
`;
  const workspace = new Workspace('debugger', { 'flows/films/films.flow.ts': flow });
  const nx = workspace.nxStarted(['run', 'films:spin', '--step=start', '--inspect-brk=0']);
  const stops = stopsOf(nx.child);
  const { code, text } = await nx.done;
  expect([code, text]).toEqual([0, expect.stringContaining('Debugger listening on')]);
  expect(stops).toEqual([{ file: join(workspace.folder, 'flows/films/films.flow.ts'), line: 4 }]);
});
