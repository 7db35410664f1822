import fc from 'fast-check';
import { formatPathspec, type Pathspec, parsePathspec } from '../../src/store/pathspec';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,20}$/);
const number = fc.integer({ min: 1, max: 2_147_483_647 });

/** Every pathspec: what is in it comes in front of what it leads to. */
const pathspec: fc.Arbitrary<Pathspec> = fc.oneof(
  name.map((step) => ({ step })),
  fc
    .tuple(fc.option(name), number, fc.option(fc.tuple(name, fc.option(number))))
    .map(([flow, run, rest]) => ({
      ...(flow === null ? {} : { flow }),
      run,
      ...(rest === null ? {} : { step: rest[0] }),
      ...(rest === null || rest[1] === null ? {} : { task: rest[1] }),
    })),
);

test('a pathspec that was written is read as what it was', () => {
  fc.assert(
    fc.property(pathspec, (spec) => {
      expect(parsePathspec(formatPathspec(spec))).toEqual(spec);
    }),
  );
});

test('what is read is written the same, and everything else is FLOW_PATHSPEC', () => {
  const part = fc.oneof(name, number.map(String), fc.constantFrom('', '0', '01', '-1', '1e3', 'a b', 'é'));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const text = parts.join('/');
      let spec: Pathspec;
      try {
        spec = parsePathspec(text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'FLOW_PATHSPEC', exit: 2 });
        return;
      }
      expect(formatPathspec(spec)).toBe(text);
    }),
  );
});

test.each<[string, Pathspec]>([
  ['train', { step: 'train' }],
  ['12', { run: 12 }],
  ['12/train', { run: 12, step: 'train' }],
  ['12/train/3', { run: 12, step: 'train', task: 3 }],
  ['movies/12', { flow: 'movies', run: 12 }],
  ['movies/12/train', { flow: 'movies', run: 12, step: 'train' }],
  ['movies/12/train/3', { flow: 'movies', run: 12, step: 'train', task: 3 }],
  ['my-flow_2/1/_step', { flow: 'my-flow_2', run: 1, step: '_step' }],
  ['f/9999999999', { flow: 'f', run: 9_999_999_999 }],
])('%s', (text, spec) => {
  expect(parsePathspec(text)).toEqual(spec);
});

test.each([
  '',
  '/',
  '12/',
  '/12',
  '12//3',
  '0',
  '012',
  '12/0',
  '12/3',
  '12/train/0',
  '12/train/x',
  '12/train/03',
  '12/train/3/4',
  'movies/train',
  'movies/12/3',
  'movies/12/train/3/4',
  'movies/',
  'movies/12/',
  'movies//train',
  '-train',
  '2train',
  'a b',
  'train ',
  '12/tr ain',
  '1.5',
  '1e3/train',
  '0x10',
  '12345678901',
  'träin',
  'train\n',
  'movies/12/train/three',
])('%j is not a pathspec', (text) => {
  expect(() => parsePathspec(text)).toThrow(
    expect.objectContaining({
      code: 'FLOW_PATHSPEC',
      exit: 2,
      message: `"${text}" is not a pathspec. It is a step, run/step or run/step/task, with the flow in front if you like: train, 12/train, 12/train/3, movies/12/train/3.`,
    }),
  );
});
