/** A disk with nothing free: how a run ended is recorded, and runs can be removed, by the room that the store keeps for that. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Workspace } from '../kit/workspace';

const BIN = resolve(__dirname, '../../bin/nx-flow.js');

const ws = new Workspace();
afterAll(() => ws.dispose());

/** Shell commands, with a file system of 48 MB in a folder that nobody else sees. Undefined where this user may mount none. */
function onSmallDisk(folder: string, script: string, megabytes = 48): string | undefined {
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0"`;
  const run = (commands: string) =>
    spawnSync('unshare', ['-rm', '/bin/sh', '-c', commands, folder], {
      cwd: ws.folder,
      encoding: 'utf8',
      env: { ...process.env, CI: '1' },
    });
  if (run(mount).status !== 0) return undefined;
  return run(`${mount} && ${script}`).stdout;
}

test('a run that fills the disk is recorded as failed, and can be removed while the disk is full', () => {
  ws.flow(
    'full',
    `import { closeSync, openSync, statSync, writeSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    const start = f.start(async () => {
      while (statSync('.flow/reserve', { throwIfNoEntry: false })?.size !== 4 * 1024 * 1024) await setTimeout(20);
      const fd = openSync('.flow/filler', 'w');
      for (const size of [65536, 1]) try { for (;;) writeSync(fd, Buffer.alloc(size)); } catch {}
      closeSync(fd);
      // More than is free in the last page of a file.
      return { text: 'x'.repeat(20_000) };
    });
    export default f.end(start);`,
  );
  const store = join(ws.folder, '.flow');
  mkdirSync(store);
  const flow = `${process.execPath} ${BIN}`;
  const said = onSmallDisk(
    store,
    [
      `${flow} run full --json; echo "code $?"`,
      `${flow} runs full --json`,
      // What came back by that is gone, too.
      `cat /dev/zero > "$0/more" 2>&-; ${flow} rm full 1 --json`,
      `rm "$0/more"; head -c 4194304 "$0/filler" > "$0/reserve"; cat /dev/zero > "$0/more" 2>&-`,
      // What names no run leaves the room to what does.
      `${flow} rm full 99 >&-; stat -c %s "$0/reserve"; ${flow} rm full 1; echo "code $?"; ${flow} gc; echo "code $?"`,
      `rm "$0/filler" "$0/more"; ${flow} runs full; stat -c %s "$0/reserve"`,
    ].join('\n'),
  );
  // Where nothing can be mounted, run.test.ts has a run that no room is left for.
  if (said === undefined) return;
  const [run, ran, runs, refused, kept, removed, rm, ...others] = said.split('\n');
  expect(JSON.parse(run as string).error).toMatchObject({
    code: 'FLOW_STORE_FULL',
    message: expect.stringMatching(/full\/1 is recorded as failed: with room, nx-flow resume full executes/),
  });
  expect(JSON.parse(runs as string).runs).toMatchObject([{ pathspec: 'full/1', status: 'failed' }]);
  expect(JSON.parse(refused as string).error).toMatchObject({ code: 'FLOW_STORE_FULL' });
  expect([ran, removed, rm]).toEqual(['code 1', '✓ full/1 was removed', 'code 0']);
  // As much as there was room for.
  expect(Number(kept)).toBeGreaterThan(4_000_000);
  // And again for the next time.
  expect(others.slice(-4)).toEqual([
    'code 0',
    'full has no runs in the namespace user:root yet: nx-flow run full',
    '4194304',
    '',
  ]);
});

test('on a disk without a free byte, and without the reserve, gc begins with files that nothing refers to', () => {
  ws.flow(
    'large',
    `const start = f.start(() => ({ large: new Uint8Array(1_000_000).map((_, i) => i * i) }));
    export default f.end(start);`,
  );
  const store = join(ws.folder, 'elsewhere');
  mkdirSync(store);
  const flow = `${process.execPath} ${BIN}`;
  const here = `--store="$0" --namespace=everybody`;
  const old = `"$0/cas/ab/ab${'0'.repeat(62)}"`;
  const said = onSmallDisk(
    store,
    [
      `for i in 1 2 3; do ${flow} run large --store="$0" >&-; done`,
      // One that is new stays.
      `mkdir -p "$0/cas/ab"; head -c 10000000 /dev/zero > ${old}; echo new > "$0/cas/ab/ac${'0'.repeat(62)}"; touch -d '2 hours ago' ${old}`,
      // It would make the reserve again.
      `tail --pid=$(cat "$0/broker.pid" "$0/broker.left" 2>&-) -s 0.1 -f /dev/null`,
      `rm -f "$0/reserve"; cat /dev/zero > "$0/filler" 2>&-; df --output=avail "$0" | tail -n 1`,
      `${flow} gc --keep-last=1 ${here} --json; echo "code $?"`,
      `ls "$0/cas/ab"; ${flow} runs large ${here} --json`,
    ].join('\n'),
  );
  if (said === undefined) return;
  const [free, collected, code, left, runs] = said.split('\n');
  expect([free?.trim(), code, left]).toEqual(['0', 'code 0', `ac${'0'.repeat(62)}`]);
  expect(JSON.parse(collected as string)).toMatchObject({
    ...{ removed: ['large/2', 'large/1'], files: 1, fileBytes: 10_000_000, young: { files: 1 } },
  });
  expect(JSON.parse(runs as string).runs).toMatchObject([{ pathspec: 'large/3', status: 'done' }]);
});
