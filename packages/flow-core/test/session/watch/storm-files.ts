/** The files of a storm: each holds a number that the step returns, so that every result says which files it has seen. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Workspace } from '../../kit/workspace';

/** What the step sees. `wait`: it tells that it has begun, and goes on for long. */
export interface Seen {
  own: number;
  near: number;
  deep: number;
  json: number;
  data: number;
  env: number;
  wait: number;
}

export type Name = Exclude<keyof Seen, 'wait'>;

/** Where each number stands. */
export const FILES: Record<Name, string> = {
  own: 'storm.flow.ts',
  near: 'near.ts',
  deep: 'packages/lib/src/deep.ts',
  json: 'numbers.json',
  data: 'data/one.csv',
  env: '.env',
};

export class StormFiles {
  readonly #ws: Workspace;
  seen: Seen = { own: 0, near: 0, deep: 0, json: 0, data: 0, env: 0, wait: 0 };
  /** The name that the step has. */
  step = 'mid';
  #last = 0;

  constructor(ws: Workspace) {
    this.#ws = ws;
    ws.write('packages/lib/package.json', '{ "name": "lib", "main": "src/index.ts" }');
    ws.write('packages/lib/src/index.ts', "export * from './deep';\n");
    for (const folder of ['node_modules', 'data']) mkdirSync(ws.path(folder), { recursive: true });
    symlinkSync('../packages/lib', ws.path('node_modules', 'lib'), 'junction');
    for (const name of Object.keys(FILES) as Name[]) this.write(name);
  }

  /** A number that no file has had. */
  next(): number {
    return ++this.#last;
  }

  set(name: Name, number = this.next()): void {
    this.seen = { ...this.seen, [name]: number };
    this.write(name);
  }

  write(name: Name, comment = ''): void {
    writeFileSync(this.#ws.path(FILES[name]), this.text(name, comment));
  }

  /** As editors save: another file takes its place. */
  replace(name: Name): void {
    const to = this.#ws.path(FILES[name]);
    const from = `${to}.tmp`;
    writeFileSync(from, this.text(name));
    renameSync(from, to);
  }

  break(name: Name): void {
    writeFileSync(this.#ws.path(FILES[name]), `${this.text(name)}\nconst = ;\n`);
  }

  remove(name: Name): void {
    rmSync(this.#ws.path(FILES[name]));
  }

  /** The folder gives its place to another one with the same files. */
  exchange(name: 'deep' | 'data'): void {
    const folder = dirname(this.#ws.path(FILES[name]));
    renameSync(folder, `${folder}.old`);
    mkdirSync(folder);
    if (name === 'deep') writeFileSync(`${folder}/index.ts`, "export * from './deep';\n");
    this.set(name);
    rmSync(`${folder}.old`, { recursive: true });
  }

  text(name: Name, comment = ''): string {
    const { own, near, deep, json, data, env, wait } = this.seen;
    switch (name) {
      case 'near':
        return `// ${comment}\nexport const near = ${near};\n`;
      case 'deep':
        return `// ${comment}\nexport const deep = ${deep};\n`;
      case 'json':
        return `{ "json": ${json} }\n`;
      case 'data':
        return `${data}\n`;
      case 'env':
        return `STORM=${env}\n`;
      case 'own':
        return `// ${comment}
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
import { deep } from 'lib';
import { near } from './near';
import numbers from './numbers.json';

const f = flow('storm', { inputs: ['data/*.csv'] });
const start = f.start(() => ({ ids: [1, 2] }));
const mid = f.step('${this.step}', { after: start }, async ({ self }) => {
  const wait = ${wait};
  if (wait > 0) {
    writeFileSync('begun', String(wait));
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  const data = readdirSync('data').reduce((sum, name) => sum + Number(readFileSync('data/' + name, 'utf8')), 0);
  return { own: ${own}, near, deep, json: numbers.json, data, env: Number(process.env.STORM), n: self.ids.length };
});
export default f.end(mid);
`;
    }
  }
}
