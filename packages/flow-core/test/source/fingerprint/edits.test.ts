/**
 * Random edits of random modules, executed before and after: whenever the result of a step changes, its fingerprint
 * must. (Edits after which the modules do not load are none of its business: then nothing runs.)
 */
import fc from 'fast-check';
import { type Files, FingerprintProcess } from '../../kit/fingerprints';

const RUNS = Number(process.env.FUZZ_RUNS ?? 200);

/** Modules of a vm are never given up: after so many edits, a new process goes on. */
const FRESH = 250;

let sources: FingerprintProcess;
beforeAll(() => {
  sources = new FingerprintProcess();
});
afterAll(() => sources.close());

/** A statement of a module, as data: an edit changes its form, its number or one of its references. */
interface Statement {
  form: number;
  /** A number that stands in it. */
  n: number;
  /** Which earlier bindings it takes. */
  refs: [number, number];
}
interface Program {
  lib: Statement[];
  flow: Statement[];
  /** The bodies of `start`, `a` and `b`. */
  bodies: Statement[];
  /** How far the names under which the library shows its bindings are turned, and those under which it is imported. */
  turned: { exports: number; imports: number };
}
type Edit = { file: 'lib' | 'flow' | 'bodies'; at: number } & (
  | { change: 'n'; by: number }
  | { change: 'ref'; which: 0 | 1; to: number }
  | { change: 'form'; to: number }
  | { change: 'swap' }
  | { change: 'alias' }
  | { change: 'remove' }
);

/** What a binding is worth, whatever it is. */
const WORTH = `export const worth = (x) =>
  typeof x === 'function' ? worth(/^class/.test(String(x)) ? new x().m() : x()) : x === null || typeof x !== 'object' ? String(x) : JSON.stringify(x);`;

type Form = (name: string, a: string, b: string, n: number) => string;
const FORMS: Form[] = [
  (name, _a, _b, n) => `const ${name} = ${n};`,
  (name, a, b, n) => `const ${name} = [${a}, ${b}, ${n}];`,
  (name, a, b, n) => `const ${name} = { a: ${a}, m() { return worth(${b}) + ${n}; } };`,
  (name, a, b, n) => `function ${name}() { return worth(${a}) + worth(${b}) + ${n}; }`,
  (name, a, b, n) => `const ${name} = (x = ${a}) => { var ${b} = ${n}; return worth(x) + worth(${b}); };`,
  (name, a, b, n) =>
    `function ${name}(${a} = ${n}) { { const ${b} = 1; void ${b}; } return worth(${a}) + worth(${b}); }`,
  (name, a, b, n) => `class ${name} { k = ${n}; m() { return worth(${a}) + this.k; } static s = ${b}; }`,
  (name, a, _b, n) => `let ${name} = ${n}; function set_${name}() { ${name} += ${n}; return worth(${a}); }`,
  (name, a, _b, n) => `let ${name} = ${n}; ${name} = ${name} + worth(${a}).length;`,
  (name, a, b, n) => `const ${name} = []; ${name}.push(${n}, worth(${a}), worth(${b}));`,
  (name, a, _b, n) => `const ${name} = () => (globalThis.log ??= []).join() + worth(${a}) + ${n};`,
  (name, a, _b, n) =>
    `(globalThis.log ??= []).push(${n} + worth(${a})); const ${name} = globalThis.log.length;`,
  (name, a, _b, n) => `const ${name} = globalThis.log?.length ?? worth(${a}) + ${n};`,
  (name, a, b, n) => `const { p: ${name}, q: q_${name} = ${a} } = { p: ${b}, z: ${n} };`,
  (name, a, b, n) => `const ${name} = \`\${worth(${a})} ${n} \${worth(${b})}\`;`,
  (name, a, b, n) =>
    `function* gen_${name}() { yield ${n}; yield worth(${a}); } const ${name} = () => [...gen_${name}(), worth(${b})];`,
  (name, a, _b, n) =>
    `const box_${name} = { get v() { return (globalThis.log ??= []).push(${n}) + worth(${a}); } }; const ${name} = box_${name}.v;`,
  (name, a, b, n) =>
    `const ${name} = (() => { try { throw ${a}; } catch (${b}) { return worth(${b}) + ${n}; } });`,
  (name, a, b, n) =>
    `const ${name} = () => { for (const ${a} of [${n}]) { switch (worth(${b})) { case '1': { let ${b} = 2; return ${b}; } default: return worth(${a}); } } };`,
  (name, a, _b, n) =>
    `const bump_${name} = () => { ${a}.extra = ${n}; return ${n}; }; const ${name} = bump_${name}();`,
  (name, a, b, n) => `const ${name} = Object.freeze({ a: ${a}, b: [${b}, ${n}] });`,
  (name, a, b, n) => `const ${name} = new Map([[${n}, ${a}], ['b', ${b}]]).size + ${n};`,
];

function write({ lib, flow, bodies, turned }: Program): Files {
  const libNames = ['zero', ...lib.map((_, i) => `l${i}`)];
  const flowNames = [...libNames, ...flow.map((_, i) => `m${i}`)];
  const statement = ({ form, n, refs }: Statement, name: string, names: readonly string[]) => {
    const [a, b] = refs.map((ref) => names[ref % names.length] as string) as [string, string];
    // Two names of one pattern or one scope must differ.
    const other = a === b ? (a === 'zero' ? 'worth' : 'zero') : b;
    return (FORMS[form % FORMS.length] as Form)(name, a, other, n);
  };
  const inLib = lib.map((s, i) => statement(s, `l${i}`, libNames.slice(0, i + 1)));
  const inFlow = flow.map((s, i) => statement(s, `m${i}`, flowNames.slice(0, lib.length + 1 + i)));
  const [start, a, b] = bodies.map(({ n, refs: [x, y] }) => {
    const [first, second] = [x, y].map((ref) => flowNames[ref % flowNames.length]);
    return `({ input }) => ({ v: worth(${first}), w: [worth(${second}), ${n}, input] })`;
  });
  const shown = libNames.slice(1);
  const pairs = (by: number) =>
    shown.map((name, i) => `${name} as ${shown[(i + by) % shown.length]}`).join(', ');
  return {
    'lib.ts': `export * from './worth';\nimport { worth, zero } from './worth';\n${inLib.join('\n')}\nexport { ${pairs(turned.exports)} };`,
    'worth.ts': `${WORTH}\nexport const zero = 0;`,
    'f.flow.ts': `import { flow } from '@nx-flow/core';
import { worth, zero, ${pairs(turned.imports)} } from './lib';
const f = flow('f');
${inFlow.join('\n')}
const start = f.start(${start});
const a = f.step('a', { after: start }, ${a});
const b = f.step('b', { after: a }, ${b});
export default f.end(b);`,
  };
}

function edited(program: Program, edit: Edit): Program {
  if (edit.change === 'alias') {
    const { exports, imports } = program.turned;
    const turned =
      edit.file === 'lib' ? { exports: exports + 1, imports } : { exports, imports: imports + 1 };
    return { ...program, turned };
  }
  const list = [...program[edit.file]];
  const at = edit.at % list.length;
  const old = list[at] as Statement;
  switch (edit.change) {
    case 'n':
      list[at] = { ...old, n: old.n + edit.by };
      break;
    case 'ref':
      list[at] = { ...old, refs: edit.which === 0 ? [edit.to, old.refs[1]] : [old.refs[0], edit.to] };
      break;
    case 'form':
      list[at] = { ...old, form: edit.to };
      break;
    case 'swap': {
      const next = (at + 1) % list.length;
      [list[at], list[next]] = [list[next] as Statement, old];
      break;
    }
    case 'remove':
      if (edit.file !== 'bodies' && list.length > 1) list.splice(at, 1);
  }
  return { ...program, [edit.file]: list };
}

const small = fc.nat({ max: 20 });
const form = fc.nat({ max: FORMS.length - 1 });
const statement = fc.record({ form, n: fc.nat({ max: 9 }), refs: fc.tuple(small, small) });
const program: fc.Arbitrary<Program> = fc.record({
  lib: fc.array(statement, { minLength: 1, maxLength: 6 }),
  flow: fc.array(statement, { minLength: 1, maxLength: 6 }),
  bodies: fc.array(statement, { minLength: 3, maxLength: 3 }),
  turned: fc.record({ exports: fc.nat({ max: 2 }), imports: fc.nat({ max: 2 }) }),
});
const where = {
  file: fc.constantFrom('lib' as const, 'flow' as const, 'bodies' as const),
  at: fc.nat({ max: 5 }),
};
const which = fc.constantFrom(0 as const, 1 as const);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ ...where, change: fc.constant('n' as const), by: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ ...where, change: fc.constant('ref' as const), which, to: small }),
  fc.record({ ...where, change: fc.constant('form' as const), to: form }),
  fc.record({ ...where, change: fc.constant('swap' as const) }),
  fc.record({ ...where, change: fc.constant('alias' as const) }),
  fc.record({ ...where, change: fc.constant('remove' as const) }),
);

test(
  `${RUNS} edits: a step whose result changed has another fingerprint`,
  async () => {
    const count = { changed: 0, kept: 0 };
    let edits = 0;
    await fc.assert(
      fc.asyncProperty(program, edit, async (before, change) => {
        if (++edits % FRESH === 0) {
          await sources.close();
          sources = new FingerprintProcess();
        }
        const files = [write(before), write(edited(before, change))] as const;
        const prints = await Promise.all(files.map((f) => sources.fingerprint({ files: f })));
        for (const step of ['start', 'a', 'b']) {
          const [was, is] = await Promise.all(files.map((f) => sources.execute(f, step)));
          if (was === undefined || is === undefined) continue;
          const [old, now] = prints.map((print) => print.steps[step]?.digest);
          expect(old).toBeDefined();
          if (old === now) count.kept++;
          if (was === is) continue;
          count.changed++;
          expect(now).not.toBe(old);
        }
      }),
      { numRuns: RUNS },
    );
    // Neither is it always changed, nor never.
    expect(count.changed).toBeGreaterThan(RUNS / 5);
    expect(count.kept).toBeGreaterThan(RUNS / 5);
  },
  120_000 + RUNS * 200,
);
