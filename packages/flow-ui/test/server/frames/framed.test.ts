/** A card may be anybody's: its frame is of no origin, and makes no request, whatever the file says. */
import { createHash } from 'node:crypto';
import { createCard, html, renderCard, table } from '@nx-flow/core/ui';
import { framed } from '../../../src/server/frames/framed';

const fileOf = (...components: Parameters<ReturnType<typeof createCard>['add']>[0][]) => {
  const card = createCard({ now: () => 0 });
  for (const one of components) card.add(one as never);
  return renderCard(card.toDocument());
};

/** The hash of each script of a file, as a policy has it. */
const hashesIn = (text: string) =>
  [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );

test('a card keeps its own policy, in a sandbox, and its scripts are those that it had, and the one that says its height', () => {
  const { html: shown, policy } = framed({ html: fileOf(table([{ a: 1 }, { a: 2 }])) });
  const hashes = hashesIn(shown);
  expect(hashes).toHaveLength(2);
  expect(policy).toMatch(/^sandbox allow-scripts; default-src 'none';/);
  expect(policy).toContain(`script-src ${hashes.join(' ')};`);
  expect(policy).not.toContain('allow-same-origin');
  expect(shown).not.toContain('http-equiv="Content-Security-Policy"');
});

test('one without a script has that one alone', () => {
  const { html: shown, policy } = framed({ html: fileOf('# text') });
  expect(policy).toContain(`script-src ${hashesIn(shown).join()};`);
});

test("the user's own markup keeps what it may, in a frame inside", () => {
  expect(framed({ html: fileOf(html('<script>1</script>')) }).policy).toContain(
    "script-src 'unsafe-inline';",
  );
});

test.each([
  'default-src *; script-src *; connect-src *',
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline' http://evil.example; base-uri 'none'; form-action 'none'",
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'none'; base-uri 'none'; form-action 'none'; connect-src *",
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'none'; base-uri 'none'; form-action 'none'\r\nSet-Cookie: a=b",
])('a file that says another policy gets the strictest: %s', (said) => {
  const file = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${said}"><script>fetch('/api/spins', { method: 'POST' })</script>`;
  const shown = framed({ html: file });
  expect(shown.policy).toBe(
    `sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashesIn(shown.html).at(-1)}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
  );
});

test('no script of the card of an imported run is executed: only the one that says its height', () => {
  for (const one of [html('<script>1</script>'), table([{ a: 1 }, { a: 2 }])]) {
    const { html: shown, policy } = framed({ html: fileOf(one), imported: true });
    expect(policy).toContain(`script-src ${hashesIn(shown).at(-1)};`);
  }
});
