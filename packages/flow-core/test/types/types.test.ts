/** The types of the flow API: what they accept and reject, and what they cost. */
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { chain, mixed } from './many-steps';

const root = resolve(__dirname, '../../../..');
const core = join(root, 'packages/flow-core/src/index');

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config,
  ts.sys,
  root,
);
Object.assign(options, { noEmit: true });

/** Every program is one file and what it imports: of that, each file is parsed once. */
const host = ts.createCompilerHost(options);
const parsed = new Map<string, ts.SourceFile | undefined>();
const { getSourceFile } = host;
host.getSourceFile = (file, ...more) => {
  if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...more));
  return parsed.get(file);
};

/** Compiles one file with the settings of the repository. */
function compileFile(file: string): { errors: string[]; instantiations: number } {
  const program = ts.createProgram([file], options, host);
  const errors = ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  return { errors, instantiations: program.getInstantiationCount() };
}

function compile(name: string, text: string) {
  // Beside this file, where it finds what it imports.
  const file = join(__dirname, `${name}.flow.ts`);
  parsed.set(file, ts.createSourceFile(file, text, options.target ?? ts.ScriptTarget.ES2022));
  return compileFile(file);
}

test('what the API promises to accept and to reject, it does', () => {
  expect(compileFile(join(__dirname, 'usage.test-d.ts')).errors).toEqual([]);
});

test('a mistake is told in one sentence', () => {
  const { errors } = compile(
    'mistakes',
    `import { flow } from ${JSON.stringify(core)};
const f = flow('mistakes');
const start = f.start(() => ({ rows: [1, 2] }));
const each = f.foreach('each', { after: start, over: 'rows' }, () => ({}));
f.end(each);
f.switch('way', { after: start, on: 'size', cases: ['small', 'big'] }, () => ({ size: 'huge' }));
`,
  );
  expect(errors).toEqual([
    expect.stringMatching(
      /^Argument of type '.*' is not assignable to parameter of type '"A flow cannot end inside a foreach: declare f\.join\(\) after its last step, and end after that\."'\.$/,
    ),
    expect.stringMatching(/^Type '"huge"' is not assignable to type '"(big" \| "small|small" \| "big)"'\.$/),
  ]);
});

// The first step of each kind costs what is known from then on.
test.each([
  ['in a chain', chain],
  ['of every kind', mixed],
])('50 more steps %s stay under 10,000 instantiations', (name, generate) => {
  const [few, many] = [10, 60].map((count) =>
    compile(`${name.replaceAll(' ', '-')}-${count}`, generate(core, count)),
  );
  expect([few?.errors, many?.errors]).toEqual([[], []]);
  const more = (many?.instantiations ?? 0) - (few?.instantiations ?? 0);
  expect(more).toBeGreaterThan(0);
  expect(more).toBeLessThan(10_000);
});

test('what cannot be stored is one sentence', () => {
  const text = `import { flow } from ${JSON.stringify(core)};
const f = flow('x');
const start = f.start(() => ({ n: 1 }));
export default f.end(f.step('later', { after: start }, ({ self }) => ({ ...self, rows: [Promise.resolve(self.n)] })));`;
  const { errors } = compile('unstorable', text);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(
    /to type '"The artifact rows holds a promise, which cannot be stored: await it first"'\.$/,
  );
});

test('what TypeScript does not know is not refused, wherever it lies', () => {
  const text = `import { flow } from ${JSON.stringify(core)};
// @ts-ignore a library without types
import { DateTime } from 'a-library-without-types';
const f = flow('x');
const start = f.start(() => ({ at: DateTime.now(), rows: [{ at: DateTime.now(), n: 1 }], by: new Map([['a', { at: DateTime.now() }]]) }));
export default f.end(f.step('late', { after: start }, ({ self }) => ({ n: self.rows.map((row) => row.n) })));`;
  expect(compile('untyped', text).errors).toEqual([]);
});
