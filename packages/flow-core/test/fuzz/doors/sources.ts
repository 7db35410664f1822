/** The text of flows: read, placed, checked and fingerprinted, without being executed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  fingerprintFlow,
  graphProblems,
  parseFlowSource,
  readFlowFiles,
  readLinks,
  readPositions,
  staticGraph,
} from '../../../src/source';
import { coded, type Door } from '../door';
import { type Edit, editText, noEdits, textEdits } from '../edits';
import { FUZZED } from '../recorded';

/** A flow of every kind of step, with helpers around it. */
const WIDE = `
import { flow, oneOf, merge } from '@nx-flow/core';
import * as other from './other';
export { again } from './other';
const f = flow('wide', { inputs: ['data/*.csv', { env: 'HOME' }] });
enum Kind { A, B = 'b' }
class Model<T> { static #n = 0; constructor(private readonly t: T) {} get it() { return this.t; } @dec method() {} }
function dec(x: unknown) { return x as never; }
const helper = async <T,>(x: T): Promise<T> => { for await (const y of [x]) { if (y) return y; } return x; };
let counter = 0;
export const start = f.start({ retry: 3, env: { A: '1' } }, async () => ({ size: 'big' as const, n: counter++, m: new Model(1) }));
export const pick = f.switch('pick', { after: start, on: 'size', cases: ['small', 'big'] }, ({ self }) => ({ size: self.size }));
export const small = f.step('small', { after: pick.when('small') }, ({ self: { n, ...rest } }) => ({ x: n ?? rest, k: Kind.A }));
export const big = f.step('big', { after: pick.when('big'), timeout: '5m' }, ({ self }) => ({ x: other.value + self.n }));
export const tune = f.loop('tune', { after: oneOf(small, big), while: 'more', max: 5 }, ({ iteration }) => ({ more: iteration < 2 }));
export const left = f.step('left', { after: tune }, () => ({ l: helper(1) }));
export const right = f.step(\`right\`, { after: tune }, function ({ self }) { label: while (true) { break label; } return { r: /a[/]b/u.test(self.x) } });
export const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ ...merge(inputs) }));
export default f.end({ after: both }, () => { try { throw 1 } catch { } finally { } return { done: \`a\${1 + \`\${2}\`}\` }; });
`;
const OTHER = `export const value = 1; export const again = () => import('./other'); const x = require('./none'); export type T = { a: 1 };`;

const WORDS = [
  ...[
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '<',
    '>',
    '=>',
    '...',
    '?.',
    '??=',
    '`',
    '${',
    '"',
    "'",
    '/',
    '//',
    '/*',
    '*/',
    '\\',
  ],
  ...[
    'const',
    'let',
    'export',
    'default',
    'import',
    'from',
    'async',
    'await',
    'yield',
    'function',
    'class',
    'enum',
  ],
  ...[
    'flow',
    'f',
    'start',
    'end',
    'step',
    'foreach',
    'join',
    'gather',
    'loop',
    'switch',
    'when',
    'after',
    'over',
    'on',
  ],
  ...[
    'cases',
    'oneOf',
    'undefined',
    'null',
    'this',
    'super',
    'new',
    'delete',
    '0',
    '1n',
    '0x',
    '1e999',
    '@',
    '#x',
    '!',
    '-',
  ],
  ...[
    'a.b.',
    'f.step(',
    '[[',
    '({',
    'x=>',
    '!',
    '\\u{110000}',
    '\u2028',
    '\ufeff',
    '<div>',
    'as any',
    'satisfies',
    '#!',
  ],
];
const TEXTS = [FUZZED, WIDE];

interface Input {
  of: number;
  edits: Edit[];
  /** Edits of the file that it imports. */
  other: Edit[];
}

export async function open(folder: string): Promise<Door<Input>> {
  const file = join(folder, 'wide.flow.ts');
  const beside = join(folder, 'other.ts');
  return {
    inputs: fc.record({
      of: fc.nat(TEXTS.length - 1),
      edits: fc.oneof(textEdits(1), textEdits()),
      other: fc.oneof({ arbitrary: noEdits, weight: 3 }, textEdits(2)),
    }),
    async check({ of, edits, other }) {
      const text = editText(TEXTS[of] as string, edits, WORDS);
      const texts = new Map([
        [file, text],
        [beside, editText(OTHER, other, WORDS)],
      ]);
      const host = {
        read: (path: string) => {
          const found = texts.get(path);
          return found === undefined ? undefined : Buffer.from(found);
        },
        realpath: (path: string) => path,
      };
      const ways = [
        () => {
          for (const flow of parseFlowSource(file, text)) {
            staticGraph(flow);
            graphProblems(flow);
          }
        },
        () => readLinks(file, text),
        () => readPositions(file, text),
        () => {
          for (const name of ['fuzzed', 'wide'])
            fingerprintFlow({ file, flow: name, root: folder, host, node: 'v20', engine: '1' });
        },
        () => {
          writeFileSync(file, text);
          writeFileSync(beside, texts.get(beside) as string);
          return readFlowFiles(file, folder);
        },
      ];
      const verdicts = [];
      for (const way of ways) verdicts.push(await coded(way));
      return verdicts.includes('refused') ? 'refused' : 'passed';
    },
  };
}
