import { createHash } from 'node:crypto';
import {
  artifact,
  createCard,
  error,
  events,
  graph,
  html,
  image,
  lineChart,
  markdown,
  renderBlocks,
  renderCard,
  section,
  table,
  tabs,
  value,
} from '../../src/card';
import { blockOf, documentOf, host, htmlOf } from './card';
import { elementsOf } from './elements';

const policyOf = (file: string) =>
  elementsOf(file).find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')
    ?.attributes.content;

test('the policy lets the script of the file run, and nothing else', () => {
  const file = htmlOf(table([{ a: 1 }, { a: 2 }]));
  const script = /<script>([\s\S]*)<\/script>/.exec(file)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(policyOf(file)).toBe(
    `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
  expect(() => new Function(script)).not.toThrow();
});

test('a card has the styles and the script that it needs', () => {
  const text = htmlOf('Hello');
  expect(text).not.toContain('<script');
  expect(policyOf(text)).toContain("script-src 'none'");
  expect(text.length).toBeLessThan(4_000);
  const file = htmlOf(
    'text',
    table([{ a: 1 }, { a: 2 }]),
    lineChart([1, 2]),
    value(1),
    section('S'),
    tabs({ a: 'b' }),
  );
  const fixed = elementsOf(file).filter(({ name }) => name === 'style' || name === 'script');
  expect(fixed.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(14_000);
  const live = renderCard(documentOf('text'), { live: {} });
  expect(
    elementsOf(live)
      .filter(({ name }) => name === 'style' || name === 'script')
      .reduce((sum, { text }) => sum + text.length, 0),
  ).toBeLessThan(18_000);
});

test('markup of the user runs in a frame that reaches nothing', () => {
  const file = htmlOf(html('<script>alert("1")</script>', { title: 'Mine' }));
  const [frame] = elementsOf(file).filter(({ name }) => name === 'iframe');
  expect(frame?.attributes).toMatchObject({ sandbox: 'allow-scripts', title: 'Mine' });
  expect(frame?.attributes.srcdoc).toContain('<script>alert("1")</script>');
  expect(policyOf(file)).toContain("default-src 'none'");
  expect(policyOf(file)).toContain("script-src 'unsafe-inline';");
});

test('a live card says so, hears the page around it, and is loaded again where that is asked', () => {
  const document = documentOf('text', table([{ a: 1 }, { a: 2 }]));
  const file = renderCard(document, { live: { reload: 2 } });
  expect(file).toContain('<body class="live">');
  expect(file).toContain('<meta http-equiv="refresh" content="2">');
  const script = /<script>([\s\S]*)<\/script>/.exec(file)?.[1] ?? '';
  expect(() => new Function(script)).not.toThrow();
  const { html, policy } = renderBlocks(document, { live: {} });
  expect(file).toContain(`<main>${html}</main>`);
  expect(policyOf(file)).toBe(policy);
});

test('headings are in order', () => {
  const levels = (title?: string) => {
    const card = createCard(host);
    card.title = title;
    card.add(section('A', ['# B', section('C', ['## D'])]));
    return elementsOf(renderCard(card.toDocument()))
      .filter(({ name }) => /^h\d$/.test(name))
      .map(({ name, text }) => `${name} ${text.trim()}`);
  };
  expect(levels('T')).toEqual(['h1 T', 'h2 A', 'h3 B', 'h3 C', 'h5 D']);
  expect(levels()).toEqual(['h1 A', 'h2 B', 'h2 C', 'h4 D']);
});

test('links lead out, images do not', () => {
  const text =
    '[a](https://b.c) [d](javascript:e) ![f](https://g.h/i.png) ![j](data:image/png;base64,AA==) [k](data:image/png;base64,AA==)';
  const elements = elementsOf(htmlOf(markdown(text)));
  expect(elements.filter(({ name }) => name === 'a').map(({ attributes }) => attributes.href)).toEqual([
    'https://b.c',
    '#',
  ]);
  expect(elements.filter(({ name }) => name === 'img').map(({ attributes }) => attributes.src)).toEqual([
    'data:image/png;base64,AA==',
  ]);
});

test('what nobody would see is shown by its code', () => {
  expect(htmlOf(table([['a\u202eb', '\ud800', '😀']]))).toContain('<td>a\\u202eb<td>\\ud800<td>😀');
});

test.each([
  ['png', '\x89PNG\r\n\x1a\n'],
  ['jpeg', '\xff\xd8\xff\xe0'],
  ['gif', 'GIF89a'],
  ['webp', 'RIFF0000WEBP'],
  ['svg+xml', '<?xml version="1.0"?>\n<svg/>'],
])('an image of %s is known by its bytes', (type, start) => {
  const bytes = Buffer.from(start, 'latin1');
  const source = `data:image/${type};base64,${bytes.toString('base64')}`;
  expect(blockOf(image(bytes, { title: 'T' }))).toMatchObject({ source, alt: 'T' });
  const card = createCard({ ...host, readFile: (path) => (path === '/a' ? bytes : Buffer.alloc(0)) });
  card.add(image({ path: '/a' }));
  expect(card.toDocument().blocks[0]).toMatchObject({ source });
});

test('an image that is none, or too large, is told', () => {
  expect(blockOf(image(Buffer.from('text')))).toMatchObject({
    type: 'error',
    text: 'the bytes are none of PNG, JPEG, GIF, WebP, AVIF and SVG',
  });
  expect(blockOf(image(new Uint8Array(9_000_000)))).toMatchObject({
    text: expect.stringMatching(/has 9.0 MB, and a card shows images of at most 8 MB/),
  });
  expect(blockOf(image({ path: '/a' }))).toMatchObject({
    text: 'this card reads no files: give the bytes of the image',
  });
});

test('a change of a share is told in points; the sign of a currency stands in front', () => {
  expect(htmlOf(value(96.5, { unit: '%', before: 97.3 }))).toContain('▼ 0.8 points');
  expect(htmlOf(value(150, { unit: 'ms', before: 100 }))).toContain('▲ 50 %');
  expect(htmlOf(value(0.0032, { unit: '$' }))).toContain('>$0.0032<');
});

test('an event shows what its input and output begin with', () => {
  const shown = elementsOf(htmlOf(events([{ kind: 'model', output: { label: 'good', sure: 0.9 } }])));
  expect(shown.map(({ text }) => text)).toContain('label: "good", sure: 0.9');
});

test('a list of numbers that is an artifact stands on one line', () => {
  expect(blockOf(artifact('bytes', new Uint8Array(5_000)))).toMatchObject({
    kind: 'Uint8Array(5000)',
    preview: { type: 'code', text: expect.stringMatching(/^0, 0, (0, ){48}… 4,950 more$/) },
  });
  expect(blockOf(artifact('few', [1, 'two']))).toMatchObject({ preview: { type: 'json' } });
});

test('numbers of a table in Markdown stand below each other where it says so', () => {
  const file = htmlOf('| model | F1 |\n| --- | --: |\n| small | 0.91 |');
  expect(file).toContain('<th scope="col" class="n">F1</th>');
  expect(file).toContain('<td>small</td>\n<td class="n">0.91</td>');
});

test('an error says what caused it, once', () => {
  const caused = new Error('It did not converge', { cause: new RangeError('The rate is too large') });
  expect(htmlOf(error(caused))).toContain(
    'It did not converge\ncaused by RangeError: The rate is too large</div>',
  );
  const own = new Error('Mine');
  own.cause = own;
  expect(htmlOf(error(own))).toContain('<div class="why">Mine</div>');
});

test('an edge of a graph goes past the nodes between its ends', () => {
  const html = htmlOf(
    graph([
      { name: 'start' },
      { name: 'train', after: ['start'] },
      { name: 'baseline', after: ['start'] },
      { name: 'choose', after: ['train'] },
      { name: 'end', after: ['choose', 'baseline'] },
    ]),
  );
  const places = new Map(
    [...html.matchAll(/<rect x="([\d.]+)" y="([\d.]+)".*?<title>(\w+)</g)].map(([, x, y, name]) => [
      name,
      { x, y },
    ]),
  );
  // In the layer of `choose` it is as high as `baseline`, where nothing else stands.
  expect(places.get('choose')?.y).toBe(places.get('train')?.y);
  const height = Number(places.get('baseline')?.y) + 19;
  expect(html).toMatch(new RegExp(`<path d="M[\\d.]+ ${height}C[^H"]* ${height}H[\\d.]+C`));
});
