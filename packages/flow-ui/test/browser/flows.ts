/** The flows whose runs the tests of the page look at. */
import type { Workspace } from '../../../flow-core/test/kit/workspace';

export const MARKUP = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';

/** Runs that are over: two that differ by a parameter, one that failed, one with markup wherever a text may stand. */
export async function prepare(ws: Workspace): Promise<void> {
  ws.flow(
    'films',
    `const start = f.start(({ params }) => ({ films: ['Up', 'Heat'], rate: params.rate, scores: [1, 2, 3].map((n) => n * params.rate) }));
const grade = f.step('grade', { after: start }, ({ self: { rate, films }, card, log }) => {
  log('graded at ' + rate);
  card.title = 'Grades';
  card.add('Graded **' + films.length + '** films at ' + rate);
  if (rate > 8) throw new RangeError('The rate is too large');
  return { grade: rate * 10 };
});
export default f.end(grade);`,
    'rate: z.coerce.number().default(1)',
  );
  ws.write(
    'evil.flow.ts',
    `import { flow } from '@nx-flow/core';
import { html } from '@nx-flow/core/card';
import { z } from 'zod';
const MARKUP = ${JSON.stringify(MARKUP)};
const TRIES = \`<script>
parent.postMessage({ card: '<img src=x onerror="globalThis.pwned=1">', cardHeight: 1e9 }, '*');
try { top.location = 'http://127.0.0.1:1/'; } catch {}
try { top.document.title = 'pwned'; } catch {}
for (const to of ['/api/spins', 'http://127.0.0.1:1/'])
  fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"flow":"films","step":"grade"}' }).catch(() => {});
new Image().src = 'http://127.0.0.1:1/';
document.title = 'ran';
document.documentElement.append('it ran');
</script>\`;
const f = flow('evil', { params: { text: z.string().default(MARKUP) } });
const start = f.start(({ card, log }) => {
  log(MARKUP);
  console.error('\\u001b[31m' + MARKUP);
  card.title = MARKUP;
  card.add(MARKUP);
  card.add(html(TRIES, { title: MARKUP }));
  return { text: MARKUP, rows: [{ [MARKUP]: MARKUP }], [MARKUP]: MARKUP };
});
export default f.end(f.step('fails', { after: start }, ({ self: { text } }) => {
  throw new Error(text);
}));
`,
  );
  ws.flow(
    'live',
    `const start = f.start(() => ({ items: [1, 2] }));
const train = f.foreach('train', { after: start, over: 'items', concurrency: 2 }, async ({ input, card, log }) => {
  card.title = 'Live ' + input;
  const text = card.add('It waits.');
  log('begun');
  tell('train-' + input);
  await hear('change-' + input);
  text.text = 'It has **changed**.';
  await hear('go-' + input);
  return { squared: input * input };
});
const all = f.join('all', { after: train }, ({ inputs }) => ({ sum: inputs.reduce((sum, { squared }) => sum + squared, 0) }));
export default f.end(all);`,
    'label: z.string().default("none")',
  );
  await ws.ok(['run', 'films']);
  await ws.ok(['run', 'films', '--params.rate=2', '--tag=best']);
  await ws.nxFlow(['run', 'films', '--params.rate=9']);
  await ws.nxFlow(['run', 'evil', '--store=elsewhere']);
  await ws.ok(['export', 'evil', '1', 'evil.nxflow', '--store=elsewhere']);
  await ws.ok(['import', 'evil.nxflow']);
}
