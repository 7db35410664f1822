/** Splits that one worker executes together, as `concurrency` says: each has its own end, whatever the others do. */
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

/** What each split does, by its item. */
const SPLITS = {
  meets: 'tell("meets"); await hear("met");',
  met: 'await hear("meets"); tell("met");',
  late: 'await pause(60_000);',
  rejects: 'void Promise.reject(new Error("nobody waits for it")); await pause(60_000);',
  throws: 'throw new RangeError("as it must");',
  leaves: 'await others(); process.chdir("/"); process.env.LEVEL = "changed"; process.exit(3);',
  killed: 'await others(); execSync("kill -9 " + process.pid);',
  outside: 'await others(); ask("throw"); await pause(60_000);',
  prints: 'for (let i = 0; i < 20; i++) { console.log("line", i, "of prints"); await pause(1); }',
  // Another prints for it, and nobody can tell for whom.
  asks: 'ask("print"); await hear("printed");',
  stuck: 'await new Promise(() => {});',
};

const flow = (options: string) => `
import { execSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { flow } from '@nx-flow/core';
import { setTimeout as pause } from 'node:timers/promises';
import { hear, tell } from './signals';

/** What takes its process along waits for what the others do together. */
const others = async () => { await hear('met'); await hear('printed'); };

// Its timer is the file's: what it calls is no split's.
let asked = '';
const ask = (what: string) => { asked = what; };
setInterval(() => {
  const what = asked;
  asked = '';
  if (what === 'throw') throw new TypeError('thrown outside');
  if (what === 'print') { console.log('printed outside'); tell('printed'); }
}, 5).unref();

const bodies: Record<string, () => Promise<unknown>> = {
${Object.entries(SPLITS)
  .map(([name, body]) => `  ${name}: async () => { ${body} },`)
  .join('\n')}
};
const f = flow('calls');
const start = f.start(() => ({ names: ${JSON.stringify(Object.keys(SPLITS))} }));
const call = f.foreach(
  'call',
  { after: start, over: 'names', catch: 'error', timeout: '3s', env: { LEVEL: 'debug' }, ${options} },
  async ({ input, current, log, signal }) => {
    if (input === 'late') signal.addEventListener('abort', () => console.log('end late'));
    log(\`begin \${input}\`);
    await bodies[input]!();
    log(\`end \${input}\`);
    return { attempt: current.attempt, level: process.env.LEVEL };
  },
);
const all = f.join('all', { after: call }, ({ inputs }) => ({
  ends: inputs.map((i) => i.error?.code ?? i.error?.message ?? \`\${i.attempt} \${i.level}\`),
  after: [process.env.LEVEL, process.cwd() === '/'],
}));
export default f.end(all);
`;

const ENDS = {
  meets: '0 debug',
  met: '0 debug',
  late: 'FLOW_TIMEOUT',
  rejects: 'nobody waits for it',
  throws: 'as it must',
  leaves: 'FLOW_WORKER_DIED',
  killed: 'FLOW_WORKER_DIED',
  outside: 'thrown outside',
  prints: '0 debug',
  asks: '0 debug',
  // As long as others keep the process busy, it has its time.
  stuck: expect.stringMatching(/^FLOW_(TIMEOUT|STEP_STUCK)$/),
};

test('each split ends as it would alone, and what it prints is its own', async () => {
  ws.write('calls.flow.ts', flow('concurrency: 20'));
  const { code, json } = await ws.nxFlow(['run', 'calls', '--max-workers=1', '--json']);
  expect([code, json]).toMatchObject([0, { status: 'done', tasks: { failed: 0 } }]);
  const { artifacts } = (await ws.ok(['dump', 'calls/1/all', '--json'])).json;
  expect(Object.fromEntries(Object.keys(SPLITS).map((name, i) => [name, artifacts.ends[i]]))).toEqual(ENDS);
  expect(artifacts.after).toEqual([null, false]);
  const { logs } = (await ws.ok(['logs', 'calls', '1/call', '--json'])).json;
  const printed = Object.keys(SPLITS).map((_, i) =>
    logs
      .filter(({ pathspec }: { pathspec: string }) => pathspec === `calls/1/call/${i + 2}`)
      .map(({ text }: { text: string }) => text)
      .join(''),
  );
  for (const [i, name] of Object.keys(SPLITS).entries()) {
    const own = (printed[i] as string).match(/(?<=^(begin|end) ).*$/gm);
    expect(new Set(own)).toEqual(new Set([name]));
  }
  expect(printed[8]).toContain('line 0 of prints\nline 1 of prints\n');
  // Who hears of its timeout is the split's, too.
  expect(printed[2]).toContain('\nend late\n');
  expect(printed.join('')).toContain('[call] printed outside\n');
}, 60_000);
