/** What `--write` leaves of RESULTS.md. */
import { otherMachine, withLines } from '../lib/results.cjs';

const HERE = { machine: 'Node v20, 2 cores, Some', day: '2026-12-01', order: ['spin', 'card', 'page'] };
const line = (name: string, ours: string) => ({
  ...{ row: { name, what: `the row ${name}`, floor: 'a floor' }, what: 'warm', floor: '1 ms', ours },
  ...{ ratio: '2.00 ×', spread: '1–3', goal: '', verdict: '', samples: '20' },
});
const below = '\n## Another program\n\n| row |\n| --- |\n| spin |\n';

it('replaces the rows that were measured, and keeps the others and what stands below', () => {
  const first = withLines(
    `# Results\n${below}`,
    [line('spin', '5 ms'), line('page', '6 ms'), line('page', '7 ms')],
    { ...HERE, day: '2026-11-26' },
  );
  const second = withLines(first, [line('page', '8 ms'), line('card', '9 ms')], HERE);
  const rows = second.split('\n').filter((text) => /^\| (spin|card|page) \| the/.test(text));
  expect(
    rows.map((text) => text.replace(/^\| (\S+) .* (\d ms) \| 2.00 .* \| (\S+) \|$/, '$1 $2 $3')),
  ).toEqual(['spin 5 ms 2026-11-26', 'card 9 ms 2026-12-01', 'page 8 ms 2026-12-01']);
  expect(second.endsWith(below)).toBe(true);
  expect(withLines(second, [], HERE)).toBe(second);
});

it('refuses to put rows of two machines into one table', () => {
  const file = withLines('', [line('spin', '5 ms')], { ...HERE, machine: 'Node v18' });
  expect(otherMachine(file, ['card'], HERE)).toContain(
    'RESULTS.md has rows of another machine (Node v18; this one: Node v20, 2 cores, Some). Leave --rows out',
  );
  expect(otherMachine(file, ['spin'], HERE)).toBeUndefined();
});
