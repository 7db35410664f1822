/** Texts of others, in every place of every component: nothing of them becomes markup, and nothing throws. */
import fc from 'fast-check';
import {
  artifact,
  barChart,
  type CardDocument,
  code,
  columns,
  createCard,
  error,
  events,
  heatmap,
  histogram,
  html,
  image,
  json,
  lineChart,
  log,
  markdown,
  progress,
  renderCard,
  row,
  type Shown,
  scatter,
  section,
  table,
  tabs,
  value,
  vega,
} from '../../src/card';
import { host } from './card';
import { type Element, elementsOf } from './elements';

const EVIL = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='x",
  '</style></script><b>',
  '`$' + '{1}`',
  '<!--',
  ']]>',
  '&lt;b&gt;',
  '[x](javascript:alert(1))',
  '![x](http://a.b/c.png)',
  '[x](data:text/html,<b>)',
  '<a href="javascript:x">',
  '\u0000\u001b[31m',
  '\u202e\u2066evil\u2069',
  '\ud800',
  'x\udfff',
  '\u2028\u2029',
  '#'.repeat(9),
  '| a |\n|---|\n| <b> |',
  '```\n</code></pre><script>',
  '{{constructor}}',
  '&#x202e;',
  'javascript:alert(1)',
  'a\r\nb',
  '\ufeff\u200b',
  '[x]: javascript:x\n\n[x]',
  '<https://a.b>',
  '<javascript:x>',
  '__proto__',
  'toString',
];

const text = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 4 })
    .map((parts) => parts.join('')),
  fc.constantFrom(...EVIL),
);

/** A card in which a text is all that can be a text. */
function everything(evil: string): unknown[] {
  const named = { [evil]: 1, n: 2 };
  const rows = [
    { [evil]: evil, n: 1, at: evil },
    { [evil]: `${evil}2`, n: 2, at: null },
  ];
  const both = { title: evil, xLabel: evil, yLabel: evil, xUnit: evil, yUnit: evil };
  const thrown = Object.assign(new Error(evil, { cause: evil }), { name: evil, stack: evil });
  return [
    evil,
    markdown(`# ${evil}\n\n- ${evil}\n\n> ${evil}\n\n\`${evil}\``),
    table(rows, { title: evil, totals: [evil, 'n'], columns: [evil, 'n', 'at'] }),
    table([{ [evil]: value(evil), f: () => evil }]),
    table(new Map([[evil, evil]])),
    lineChart(rows, { ...both, x: evil, y: 'n', by: 'at' }),
    barChart(rows, { ...both, x: evil, y: 'n', by: 'at', stacked: true }),
    scatter(rows, { ...both, x: 'n', y: 'n', by: evil }),
    histogram([named], { ...both, x: evil }),
    heatmap([[1, 2]], { ...both, rows: [evil], columns: [evil, evil] }),
    value(evil, { title: evil, unit: evil, trend: [1, 2] }),
    progress({ title: evil, unit: evil, total: 3, value: 1 }),
    code(evil, { title: evil, language: evil, first: 1, marked: [1] }),
    json({ [evil]: evil, map: new Map([[evil, [evil]]]) }, { title: evil }),
    log([evil, evil], { title: evil }),
    events(
      [
        {
          kind: evil,
          name: evil,
          at: 1,
          duration: 3,
          input: evil,
          output: { [evil]: evil },
          error: evil,
          details: { [evil]: evil },
        },
      ],
      { title: evil },
    ),
    error(thrown, { title: evil }),
    error(evil),
    artifact(evil, evil),
    artifact(evil, rows),
    artifact(evil, class {}),
    image(`<svg xmlns="http://www.w3.org/2000/svg">${evil}</svg>`, {
      title: evil,
      alt: evil,
      width: evil as never,
    }),
    image(evil),
    html(evil, { title: evil, height: evil as never }),
    vega({ mark: evil, [evil]: evil }, { title: evil }),
    section(evil, [row([evil]), columns([[evil], evil])]),
    tabs({ [evil]: evil, b: [evil] }),
  ];
}

const NAMES = new Set(
  'html head meta title style body main script h1 h2 h3 h4 h5 h6 p ul ol li a em strong s code pre blockquote hr br img div section span small b i mark figure figcaption table thead tbody tfoot tr th td svg path circle rect text g progress details summary iframe input label'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'lang charset http-equiv content name class role tabindex scope title alt width height viewBox preserveAspectRatio x y cx cy r d max value start open type id checked for sandbox srcdoc href rel target src data-k data-v data-size aria-label aria-hidden data-spec data-lite'.split(
    ' ',
  ),
);

function isHarmless({ name, attributes }: Element): boolean {
  if (!NAMES.has(name) || !Object.keys(attributes).every((key) => ATTRIBUTES.has(key))) return false;
  if (name === 'iframe' && attributes.sandbox !== 'allow-scripts') return false;
  if (attributes.href !== undefined && !/^(https?:|mailto:|#)/i.test(attributes.href)) return false;
  return attributes.src === undefined || /^data:image\/[a-z+]+;base64,/.test(attributes.src);
}

test('no text of a component becomes markup', () => {
  fc.assert(
    fc.property(text, text, (evil, title) => {
      const card = createCard(host);
      card.title = title;
      for (const one of everything(evil)) card.add(one as Shown);
      const file = renderCard(card.toDocument());
      const elements = elementsOf(file);
      expect(elements.filter((element) => !isHarmless(element))).toEqual([]);
      // One script, one style: those of the file.
      expect(elements.filter(({ name }) => name === 'script' || name === 'style').length).toBe(2);
      expect(withoutFrames(file)).not.toMatch(UNSEEN);
    }),
    { numRuns: 60 },
  );
});

const UNSEEN = new RegExp(
  [
    '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\u2028\\u2029]',
    '[\\ud800-\\udbff](?![\\udc00-\\udfff])',
    '(?<![\\ud800-\\udbff])[\\udc00-\\udfff]',
  ].join('|'),
);

/** What is in a frame is as the user gave it. */
function withoutFrames(file: string): string {
  return file.replace(/ srcdoc="[^"]*"/g, '');
}

test('every component is shown', () => {
  const card = createCard(host);
  for (const one of everything('plain')) card.add(one as Shown);
  const told = JSON.stringify(card.toDocument()).match(
    /"type":"error","title":"This cannot be shown","text":"[^"]*"/g,
  );
  // The function in a cell, and the image that is none.
  expect(told?.length).toBe(2);
});

test('a document that is none of ours is shown as far as it can be, and is harmless', () => {
  const types = everything('x').map((one) => {
    const card = createCard(host);
    card.add(one as Shown);
    return card.toDocument().blocks[0] as unknown as { [name: string]: unknown };
  });
  const junk = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.double());
  const block = fc
    .tuple(
      fc.constantFrom(...types),
      fc.dictionary(
        fc.constantFrom(...new Set(types.flatMap(Object.keys).filter((name) => name !== 'type'))),
        junk,
      ),
    )
    .map(([given, other]) => ({ ...given, ...other }));
  const given = fc.record({
    version: fc.constant(1),
    title: junk,
    blocks: fc.oneof(junk, fc.array(block, { maxLength: 4 })),
  });
  fc.assert(
    fc.property(given, (card) => {
      const file = renderCard(card as unknown as CardDocument);
      expect(elementsOf(file).filter((element) => !isHarmless(element))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('what is given in the place of a component throws nothing', () => {
  const values: unknown[] = [
    undefined,
    null,
    5,
    true,
    5n,
    Symbol('s'),
    () => 1,
    class {},
    new Date(Number.NaN),
    new Proxy(
      {},
      {
        get() {
          throw new Error('trap');
        },
      },
    ),
    new Proxy([], {
      get() {
        throw new Error('trap');
      },
    }),
    {
      get a() {
        throw new Error('no');
      },
    },
    Object.create(null),
    new WeakMap(),
    'x'.repeat(3_000_000),
    {
      toString() {
        throw new Error('no');
      },
    },
    [[[]]],
    new Map([[{}, {}]]),
    Promise.resolve(),
    new Error('e'),
    Buffer.alloc(3),
    new Array(3),
  ];
  const makers = [
    (v: never) => table(v),
    (v: never) => lineChart(v),
    (v: never) => barChart(v),
    (v: never) => scatter(v),
    (v: never) => histogram(v),
    (v: never) => heatmap(v),
    (v: never) => heatmap([v]),
    (v: never) => value(v, { title: v, trend: v }),
    (v: never) => progress({ total: v, value: v }),
    (v: never) => code(v, { first: v, marked: v }),
    (v: never) => json(v, { open: v }),
    (v: never) => error(v, { title: v }),
    (v: never) => artifact(v, v),
    (v: never) => image(v, { width: v }),
    (v: never) => image({ bytes: v }),
    (v: never) => html(v),
    (v: never) => vega(v),
    (v: never) => events([v]),
    (v: never) => tabs(v),
    (v: never) => section(v, [v]),
    (v: never) => columns([v, [v]]),
    (v: never) => table([{ a: v }], { columns: v, limit: v, pageSize: v, totals: v }),
    (v: never) => lineChart([1], { x: v, y: v, by: v, title: v }),
    (v: never) => markdown(v),
    (v: never) => v,
  ];
  for (const make of makers)
    for (const one of values) {
      const card = createCard(host);
      let shown: unknown;
      try {
        shown = make(one as never);
      } catch (thrown) {
        throw new Error(`${make} of ${typeof one} throws: ${thrown}`);
      }
      card.add(shown as Shown);
      elementsOf(renderCard(card.toDocument()));
    }
});
