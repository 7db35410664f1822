/** `nx-flow spin --watch`: from the save to the result, without the wait for the end of a burst of changes. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { whenInterrupted } from '../lib/ending.mjs';
import { timedNode } from '../lib/node.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const GOAL = 0.5;
const MUST = 0.8;
/** Of reading all inputs, beside decoding them alone. */
const MUST_READ = 1.2;
/** `DEBOUNCE_MS` of `session/watch/changes.ts`. */
const DEBOUNCE_MS = 40;
/** Until the next process is ready: nobody saves quicker. Milliseconds. */
const PAUSE_MS = 400;
const PATIENCE_MS = 60_000;

/** 20 inputs of 10 MB. */
const INPUTS = 20;
const ROWS = 100_000;

const STEP = `import { flow } from '@nx-flow/core';

const f = flow('saved');
const start = f.start(() => ({ size: 1 }));
const step = f.step('step', { after: start }, ({ self }) => ({ size: self.size, n: 0 }));
export default f.end(step);
`;

const rows = (k) =>
  `Array.from({ length: ${ROWS} }, (_, i) => ({ id: ${k} + i, name: 'row ' + i, part: i / 7, more: 'x'.repeat(56) }))`;
const names = Array.from({ length: INPUTS }, (_, i) => `large${i}`);
const LARGE = (body) => `import { flow } from '@nx-flow/core';

const f = flow('saved');
const rows = (k: number) => ${rows('k')};
const start = f.start(() => ({ small: 'x'.repeat(1000), ${names.map((name, k) => `${name}: rows(${k})`).join(', ')} }));
const step = f.step('step', { after: start }, ({ self }) => { ${body} });
export default f.end(step);
`;
const ONE = LARGE('return { size: self.small.length, n: 0 };');
const ALL = LARGE(
  `let n = 0; for (const one of [${names.map((name) => `self.${name}`).join(', ')}]) n += one.length; return { size: n, n: 0 };`,
);

/** Decodes as many rows as a step that reads all of its inputs, and nothing else: in a process that has made none of them. */
const ENCODE = `require('node:fs').writeFileSync('rows', require('node:v8').serialize(${rows(0)}));`;
const DECODE = `const { deserialize } = require('node:v8');
const bytes = require('node:fs').readFileSync('rows');
const begun = performance.now();
const all = [];
for (let i = 0; i < ${INPUTS}; i++) all.push(deserialize(bytes));
console.log(performance.now() - begun);
`;

/** A watch of the step, and a way to save and hear what that came to. */
class Watch {
  #n = 0;
  #rest = '';
  #spun = () => {};

  constructor(workspace) {
    this.workspace = workspace;
  }

  async begin(text) {
    this.text = text;
    const { folder, command } = this.workspace;
    const env = { ...process.env, CI: '1', NO_COLOR: '1' };
    this.child = spawn(process.execPath, [command, 'spin', 'saved', 'step', '--watch', '--json'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.forget = whenInterrupted(() => this.end());
    this.child.stdout.setEncoding('utf8').on('data', (chunk) => this.#read(chunk));
    await this.#next();
  }

  /** @returns milliseconds until the result was here, and those that the step took */
  async save() {
    await pause(PAUSE_MS);
    const spun = this.#next();
    const begun = performance.now();
    writeFileSync(this.workspace.path('saved.flow.ts'), this.text.replace(/n: \d+ \}/, `n: ${++this.#n} }`));
    const { durationMs } = await spun;
    return { ms: performance.now() - begun - DEBOUNCE_MS, body: durationMs };
  }

  async end() {
    this.forget?.();
    this.child?.kill('SIGINT');
    await this.gone;
  }

  #next() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('A save had no answer.')), PATIENCE_MS);
      this.#spun = (line) => {
        clearTimeout(timer);
        resolve(line);
      };
    });
  }

  #read(chunk) {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop();
    for (const line of lines.map((text) => JSON.parse(text))) if (line.watch === 'spun') this.#spun(line);
  }
}

export default {
  name: 'watch',
  what: '`nx-flow spin --watch`, save to result, without the debounce of 40 ms',
  floor: '`node -e 0`',
  samples: 50,
  open: (build, use) =>
    withWorkspace(build, { 'package.json': '{ "name": "bench", "private": true }' }, async (workspace) => {
      const watch = new Watch(workspace);
      const node = () => timedNode(['-e', '0'], { cwd: workspace.folder });
      const decoding = async () => {
        const { stdout } = await timedNode(['-e', DECODE], { cwd: workspace.folder });
        return { body: Number(stdout) };
      };
      const one = (what, text, floor, figures, more = {}) => ({
        what,
        floor,
        ours: () => watch.save(),
        figures,
        async begin() {
          workspace.write('saved.flow.ts', text);
          await timedNode(['-e', ENCODE], { cwd: workspace.folder });
          await workspace.nxFlow('run', 'saved');
          await watch.begin(text);
        },
        end: () => watch.end(),
        ...more,
      });
      const saved = [{ of: 'ms', goal: GOAL, must: MUST }];
      const read = [
        { of: 'body', must: MUST_READ, goal: MUST_READ, what: 'the step, beside decoding alone' },
      ];
      return use([
        one('a step that does nothing', STEP, node, saved),
        one('inputs of 200 MB, of which it reads 1 kB', ONE, node, saved),
        one('inputs of 200 MB, all of which it reads', ALL, decoding, read),
      ]);
    }),
};
