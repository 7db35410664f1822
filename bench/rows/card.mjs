/** Cards: what a step pays that shows something. */
import { timedNode } from '../lib/node.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const GOAL = 2;
const ROWS = 1_000_000;
/** A card of a million rows. Kilobytes. */
const MOST_KB = 2_000;

/** Prints milliseconds and kilobytes of one way to write the same data: the median of `rounds`, after as many to warm up. */
const CHILD = `const { createCard, lineChart, renderCard, row, table, value } = require('@nx-flow/core/card');
const list = (length, item) => Array.from({ length }, (_, i) => item(i));
const [what, who, rounds] = process.argv.slice(2);
const usual = () => ({
  text: '# Training\\n\\nThe **third** try, with \`rate = 0.01\`.',
  values: [0.93, 182, 12],
  tables: list(3, (t) => list(100, (i) => ({ name: 'film ' + t + ' ' + i, year: 1970 + (i % 50), gross: i * 7919.5, rating: ((i * 37) % 100) / 10, seen: i % 2 === 0 }))),
  charts: list(3, (c) => list(500, (i) => ({ epoch: i, train: Math.exp(-i / 90) + Math.sin(i * c) / 50, test: Math.exp(-i / 80) + Math.cos(i) / 50 }))),
});
const million = () => ({ tables: [list(${ROWS}, (i) => ({ id: i, name: 'film ' + i, gross: i * 7919.5, rating: ((i * 37) % 100) / 10 }))] });
const data = { usual, million }[what]();
const ways = {
  json: () => JSON.stringify(data),
  card() {
    const card = createCard({ now: Date.now });
    const { text, values = [], tables, charts = [] } = data;
    if (text) card.add(text);
    if (values.length > 0) card.add(row(values.map((one) => value(one, { title: 'Value', before: one * 1.1 }))));
    for (const rows of tables) card.add(table(rows));
    for (const points of charts) card.add(lineChart(points, { x: 'epoch' }));
    return renderCard(card.toDocument());
  },
};
const times = [];
let length = 0;
for (let i = 0; i < 2 * rounds; i++) {
  const begun = process.hrtime.bigint();
  const text = ways[who]();
  text.charCodeAt(0); // What was put together in pieces is one text when it is read.
  ({ length } = text);
  if (i >= rounds) times.push(Number(process.hrtime.bigint() - begun) / 1e6);
}
process.stdout.write(JSON.stringify({ ms: times.sort((a, b) => a - b)[rounds >> 1], kb: length / 1e3 }));
`;

const FLOW = `import { flow } from '@nx-flow/core';
const f = flow('empty');
const start = f.start(() => ({ size: 1 }));
const without = f.step('without', { after: start }, () => ({}));
const shows = f.step('shows', { after: without }, ({ card }) => {
  card.add('# Shown\\n\\nwith *emphasis*');
  return {};
});
export default f.end(shows);
`;

export default {
  name: 'card',
  what: 'a card made and rendered',
  floor: 'the same data as JSON',
  open: (build, use) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'child.cjs': CHILD, 'empty.flow.ts': FLOW },
      async (workspace) => {
        await workspace.nxFlow('run', 'empty');
        const child = async (...args) =>
          JSON.parse((await timedNode(['child.cjs', ...args], { cwd: workspace.folder })).stdout);
        return use([
          {
            what: '3 tables of 100 rows, 3 charts of 500 points, values, text; warm',
            warm: 1,
            floor: () => child('usual', 'json', '200'),
            ours: () => child('usual', 'card', '200'),
            figures: [{ of: 'ms', goal: GOAL }],
          },
          {
            what: 'a table of 1,000,000 rows',
            warm: 1,
            floor: () => child('million', 'json', '1'),
            ours: () => child('million', 'card', '1'),
            figures: [
              { of: 'ms', goal: GOAL },
              {
                of: 'kb',
                what: 'its size against the most that it may have',
                unit: 'kB',
                floor: MOST_KB,
                goal: 1,
              },
            ],
          },
          {
            what: '`nx-flow spin` of a step that shows a text, against one that does not',
            floor: () => workspace.nxFlow('spin', 'empty', 'without'),
            ours: () => workspace.nxFlow('spin', 'empty', 'shows'),
            figures: [{ of: 'ms' }],
            ...workspace.brokerHeld(),
          },
        ]);
      },
    ),
};
