import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { isAlive, sweepTemporary, temporaryName } from '../../src/environment/temporary';
import { until } from '../store/helpers/place';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what processes that are gone left is removed; what living ones, other machines and others made stays', () => {
  const ours = temporaryName();
  // No process can have this number.
  const gone = ours.replace(`-${process.pid}-`, `-${2 ** 30}-`);
  const elsewhere = gone.replace(/^\.nx-flow-.*-(\d+-)/, '.nx-flow-elsewhere-$1');
  for (const name of [ours, gone, `${gone}.part`, elsewhere, 'data.csv', '.nx-flow-notes'])
    writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, `${gone}-1`, 'deep'), { recursive: true });
  sweepTemporary(folder);
  expect(readdirSync(folder).sort()).toEqual([ours, elsewhere, 'data.csv', '.nx-flow-notes'].sort());
});

test('what another container of this name left, or an earlier version, goes when nobody has written it for a week', () => {
  const [ours, old] = [temporaryName(), new Date(Date.now() - 8 * 24 * 60 * 60 * 1000)];
  const gone = ours.replace(`-${process.pid}-`, `-${2 ** 30}-`);
  const other = gone.replace(/\.[0-9a-f]{8}-/, '.01234567-');
  const earlier = gone.replace(/\.[0-9a-f]{8}-/, '-');
  const elsewhere = gone.replace(/^\.nx-flow-.*-(\d+-)/, '.nx-flow-elsewhere-$1');
  for (const name of [other, earlier]) {
    writeFileSync(join(folder, `${name}.young`), '');
    mkdirSync(join(folder, `${name}.used`));
    writeFileSync(join(folder, `${name}.used`, 'file'), '');
  }
  for (const name of [other, earlier, elsewhere]) writeFileSync(join(folder, name), '');
  for (const name of [other, earlier, elsewhere, `${other}.used`, `${earlier}.used`])
    utimesSync(join(folder, name), old, old);
  const kept = [other, earlier].flatMap((name) => [`${name}.young`, `${name}.used`]);
  sweepTemporary(folder);
  expect(readdirSync(folder).sort()).toEqual([...kept, elsewhere].sort());
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a process that has ended, and whose end nobody has asked for, is gone', async () => {
  // What takes the shell's place has a child of which it does not know.
  const parent = spawn('/bin/sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const [line] = await once(parent.stdout as Readable, 'data');
  const pid = Number(line);
  await until(() => /sleep/.test(readFileSync(`/proc/${parent.pid}/comm`, 'latin1')), 'what takes its place');
  (parent.stdio[3] as Writable).end();
  await until(() => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')), 'its end');
  expect([isAlive(pid), isAlive(parent.pid as number)]).toEqual([false, true]);
  parent.kill();
  await once(parent, 'close');
});

test('a folder that is not there is none to sweep', () => {
  sweepTemporary(join(folder, 'absent'));
  expect(readdirSync(folder)).toEqual([]);
});
