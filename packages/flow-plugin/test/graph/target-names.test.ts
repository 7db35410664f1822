/** Names of targets: nothing that a project has is renamed by another flow, and no name is given twice. */
import fc from 'fast-check';
import { pluginOptions } from '../../src/graph/plugin-options';
import { targetNames } from '../../src/graph/target-names';

const DEFAULTS = pluginOptions(undefined);
const flow = (name: string, ...steps: string[]) => ({ flow: name, suffix: name, steps });
const all = (flows: ReturnType<typeof flow>[], project = 'p') => targetNames(flows, project, DEFAULTS);

test('an only flow has short names, and long ones that lead to them', () => {
  const { names, collisions } = all([flow('movies', 'start', 'end')]);
  expect(names[0]?.flow).toEqual({ run: 'run', spin: 'spin', resume: 'resume', snapshot: 'snapshot' });
  expect([...(names[0]?.steps ?? [])]).toEqual([
    ['start', 'spin-start'],
    ['end', 'spin-end'],
  ]);
  expect([...(names[0]?.aliases ?? [])]).toEqual([
    ['run-movies', 'run'],
    ['spin-movies', 'spin'],
    ['resume-movies', 'resume'],
    ['snapshot-movies', 'snapshot'],
    ['spin-movies-start', 'spin-start'],
    ['spin-movies-end', 'spin-end'],
  ]);
  expect(collisions).toEqual([]);
});

test.each([
  ['songs', 'songs'],
  ['@acme/songs', 'songs'],
  ['other', 'movies'],
])('of the project %s, the flow %s has the short names', (project, owner) => {
  const { names } = all([flow('movies', 'end'), flow('songs', 'end')], project);
  expect(names.map((name) => name.flow.run)).toEqual(
    ['movies', 'songs'].map((name) => (name === owner ? 'run' : `run-${name}`)),
  );
  expect(names.filter(({ aliases }) => aliases.size > 0)).toHaveLength(1);
});

test('a step of one flow that would be called as a step of another gets two dashes, and so do its siblings', () => {
  const { names, collisions } = all([flow('etl', 'daily-load'), flow('daily', 'load', 'end')]);
  expect([...(names[1]?.steps.values() ?? [])]).toEqual(['spin-daily--load', 'spin-daily--end']);
  expect(collisions).toEqual([
    'p: spin-daily-load is a target of the flow etl, so that the flow daily has spin-daily--load instead. Rename one of the two, or give the plugin\'s option "stepTargetPrefix".',
  ]);
});

test('a flow with a step of its own name has both, and nothing is said of it', () => {
  const { names, collisions } = all([flow('movies', 'movies')]);
  expect(names[0]?.steps.get('movies')).toBe('spin-movies');
  expect(names[0]?.aliases.get('spin--movies')).toBe('spin');
  expect(collisions).toEqual([]);
});

const words = fc.constantFrom('a', 'b', 'a-b', 'b-a', 'a-b-a', 'run', 'spin', 'end');
const flows = fc.uniqueArray(fc.tuple(words, fc.uniqueArray(words, { minLength: 1 })), {
  selector: ([name]) => name,
  minLength: 1,
});

test('no two targets have one name, whatever flows and steps are called', () => {
  fc.assert(
    fc.property(flows, words, (drawn, project) => {
      const { names } = all(
        drawn.map(([name, steps]) => flow(name, ...steps)),
        project,
      );
      const given = names.flatMap((own) => [
        ...Object.values(own.flow),
        ...own.steps.values(),
        ...own.aliases.keys(),
      ]);
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

test('a flow that comes later by path renames nothing of those before it', () => {
  fc.assert(
    fc.property(flows, (drawn) => {
      const given = drawn.map(([name, steps]) => flow(name, ...steps));
      const [last] = given.slice(-1);
      // A name that begins as another's does is the one thing that parts step names further.
      fc.pre(given.slice(0, -1).every(({ suffix }) => !last?.suffix.startsWith(`${suffix}-`)));
      const before = all(given.slice(0, -1)).names;
      expect(all(given).names.slice(0, -1)).toEqual(before);
    }),
  );
});
