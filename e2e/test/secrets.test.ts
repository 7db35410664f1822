/** A flow that prints and throws its secret, by the targets of Nx: what these leave in caches and folders has none of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Workspace } from '../lib/workspace';

const API_KEY = 'sk-"1234+567&890=?';
const FLOW = `
import { execSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { flow } from '@nx-flow/core';
import { z } from 'zod';

const f = flow('keyed', { params: { fail: z.coerce.boolean().default(false) }, inputs: [{ env: 'API_URL' }] });
export const start = f.start(() => ({ n: 1 }));
export const call = f.step('call', { after: start, secrets: ['API_KEY'] }, ({ self, params }) => {
  const key = process.env.API_KEY as string;
  for (const part of ['asking with ' + key.slice(0, 6), key.slice(6), '\\n']) process.stdout.write(part);
  console.log({ key }, encodeURIComponent(key), Buffer.from('user:' + key).toString('base64'));
  writeSync(1, 'past the streams: ' + key + '\\n');
  execSync('echo "by a child: $API_KEY"', { stdio: 'inherit' });
  if (params.fail) throw Object.assign(new Error('refused: ' + key), { key });
  return { n: self.n + 1 };
});
export default f.end(call);
`;
const FORMS = [
  API_KEY,
  JSON.stringify(API_KEY).slice(1, -1),
  encodeURIComponent(API_KEY),
  // Without the signs that other bytes have a part in, wherever it begins.
  ...['', 'u', 'u:'].map((before) =>
    Buffer.from(`${before}${API_KEY}`)
      .toString('base64')
      .slice(Math.ceil((before.length * 8) / 6), -4),
  ),
];
const workspace = new Workspace('secrets', { 'keyed/keyed.flow.ts': FLOW }, { env: { API_KEY } });

/** The files of the workspace that hold the secret. */
function leaks(): string[] {
  const entries = readdirSync(workspace.folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return files
    .filter((file) => {
      const bytes = readFileSync(file);
      return FORMS.some((form) => bytes.includes(form));
    })
    .map((file) => relative(workspace.folder, file));
}

test('a secret is in no cache, no output and no key of Nx', async () => {
  const said: string[] = [];
  const nx = async (...args: string[]) => {
    const { text } = await workspace.warm(...args);
    said.push(text);
    return text;
  };
  expect(await nx('run', 'keyed')).toContain('keyed/1 done');
  // Nx ends the line behind each piece that it gets.
  const oneLine = (text: string) => text.replace(/\s+/g, ' ');
  const spun = oneLine(await nx('spin', 'keyed', '--step=call'));
  // What comes past the streams comes by another pipe, and so in any order.
  expect(spun).toContain("{ key: '***' } ***");
  expect(spun).toContain('past the streams: ***');
  expect(spun).toContain('by a child: ***');
  expect(await nx('run', 'keyed:spin-end')).toContain('Successfully ran target spin-end');
  expect(await nx('spin', 'keyed', '--step=call', '--params.fail=true')).toContain('Error: refused: ***');
  // Another secret is no other input.
  workspace.env.API_KEY = 'another-secret';
  const replayed = await nx('spin', 'keyed', '--step=call');
  expect(replayed).toContain('Nx read the output from the cache');
  expect(oneLine(replayed)).toContain('past the streams: ***');
  for (const text of said) expect(FORMS.filter((form) => text.includes(form))).toEqual([]);
  workspace.write({ 'control/found.txt': `so ${API_KEY}` });
  expect(leaks()).toEqual(['control/found.txt']);
});
