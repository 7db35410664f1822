import { renderCard, vega } from '../../src/card';
import { drawVega } from '../../src/card/render/vega-drawing';
import { documentOf, htmlOf } from './card';
import { elementsOf } from './elements';

/** Bars of two texts. */
function bars(values: object[], more: object = {}) {
  const x = { name: 'x', type: 'band', domain: { data: 'table', field: 'name' }, range: 'width' };
  const y = { name: 'y', domain: { data: 'table', field: 'count' }, range: 'height' };
  const enter = {
    x: { scale: 'x', field: 'name' },
    width: { scale: 'x', band: 1 },
    y: { scale: 'y', field: 'count' },
    y2: { scale: 'y', value: 0 },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: 200,
    height: 100,
    data: [{ name: 'table', values }],
    scales: [x, y],
    axes: [{ orient: 'bottom', scale: 'x' }],
    marks: [{ type: 'rect', from: { data: 'table' }, encode: { enter } }],
    ...more,
  };
}

const films = [
  { name: '</svg><script>alert(1)</script>', count: 3 },
  { name: 'Up', count: 5 },
];

const imagesOf = (html: string) => elementsOf(html).filter(({ name }) => name === 'img');
const svgOf = (html: string) =>
  Buffer.from(imagesOf(html)[0]?.attributes.src?.split(',')[1] ?? '', 'base64').toString();

test('a chart of Vega is an image, and the file has no script', () => {
  const html = htmlOf(vega(bars(films), { title: 'Films' }));
  expect(html).not.toContain('<script');
  expect(html).toContain("script-src 'none'");
  expect(imagesOf(html)).toMatchObject([
    { attributes: { alt: 'Films', width: expect.stringMatching(/^2\d\d$/) } },
  ]);
  const svg = svgOf(html);
  expect(svg).toMatch(/^<svg .*<\/svg>$/s);
  const [, marks] = /class="mark-rect role-mark"[^>]*>(.*?)<\/g>/s.exec(svg) ?? [];
  expect(marks?.match(/<path /g)).toHaveLength(2);
  expect(svg).toContain('&lt;/svg&gt;&lt;script&gt;alert(1)');
  expect(svg).not.toContain('<script');
});

test('a specification reaches nothing: no address, no link, nothing of this process', () => {
  const far = htmlOf(vega(bars(films, { data: [{ name: 'table', url: 'http://127.0.0.1:1/films.json' }] })));
  expect(far).toContain(
    'the chart loads &#34;http://127.0.0.1:1/films.json&#34;, and a card makes no requests',
  );
  const linked = bars(films);
  Object.assign(linked.marks[0]?.encode.enter as object, { href: { value: 'javascript:alert(1)' } });
  expect(svgOf(htmlOf(vega(linked)))).not.toContain('javascript:');
  const escaping = "({}).constructor.constructor('return typeof process')()";
  const asked = htmlOf(vega(bars(films, { signals: [{ name: 's', update: escaping }] })));
  expect(asked).not.toContain('object');
});

test.each([
  ['is none', { marks: [{ type: 'nothing' }] }],
  ['has a wrong expression', { signals: [{ name: 's', update: '1 +' }] }],
])('a specification that %s is told in its place, and the others are shown', (_, more) => {
  const html = htmlOf(vega(bars(films, more)), 'and text', vega(bars(films)));
  expect(html).toContain('This cannot be shown');
  expect(html).toContain('and text');
  expect(imagesOf(html)).toHaveLength(1);
});

test('one of Vega-Lite is shown as it is where its package is not there, and says which it is', () => {
  const lite = { mark: 'bar', data: { values: films }, encoding: { x: { field: 'name' } } };
  const html = renderCard(documentOf(vega(lite)));
  expect(html).toContain('install vega-lite in your workspace');
  expect(html).toContain('&#34;mark&#34;: &#34;bar&#34;');
  expect(drawVega('{}', true, () => undefined)).toEqual({ missing: ['vega', 'vega-lite'] });
});
