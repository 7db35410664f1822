/** `nx spin --watch`: it follows the files, is never stored, and never replayed. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../lib/workspace';

const flow = (text: string) => ({
  'packages/live/live.flow.ts': `import { flow } from '@nx-flow/core';
const f = flow('live');
const start = f.start(() => ({ rows: [1, 2, 3] }));
const sum = f.step('sum', { after: start }, ({ self }) => {
  console.log('${text}');
  return { sum: self.rows.length };
});
export default f.end(sum);
`,
});
const workspace = new Workspace('watch', {
  'packages/live/package.json': { name: 'live' },
  ...flow('first'),
});
const cached = () => {
  const folder = join(workspace.folder, '.nx/cache');
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : [];
};

test('it spins at each save until it is interrupted, and Nx keeps nothing of it', async () => {
  expect(await workspace.warmFlow('run', 'live')).toMatchObject({ code: 0 });
  const before = cached();
  // Even where failures are kept, it is executed again.
  for (const text of ['first', 'second']) {
    const args = ['spin', 'live', '--step=sum', '--watch'];
    const watch = workspace.nxStarted(args, { NX_CACHE_FAILURES: text === 'first' ? 'false' : 'true' });
    await watch.printed(text);
    await watch.printed('watching sum in packages/live/live.flow.ts');
    workspace.write(flow(`${text}, saved`));
    await watch.printed(`${text}, saved`);
    await watch.printed('after the save');
    watch.interrupt();
    const { code, text: printed } = await watch.done;
    expect(code).not.toBe(0);
    expect(printed).not.toContain('read from the cache');
    if (text === 'first') expect(cached()).toEqual(before);
    workspace.write(flow('second'));
  }
  // A spin of its own is cached as ever, and what the watch has left is not in its way.
  workspace.write(flow('first'));
  const spun = await workspace.warm('spin', 'live', '--step=sum');
  expect([spun.code, spun.text]).toEqual([0, expect.stringContaining('first')]);
  const again = await workspace.warm('spin', 'live', '--step=sum');
  expect(again.text).toContain('read the output from the cache');
});
