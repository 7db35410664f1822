/** Secrets in texts: in every form, in whatever pieces they come. */
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { formsOf } from '../../../src/engine/secrets/forms';
import { MASK, MaskedStream, masked, maskedTexts } from '../../../src/engine/secrets/masker';
import { Matcher } from '../../../src/engine/secrets/matcher';

const matcherOf = (...values: string[]) => new Matcher(values.flatMap(formsOf));
const mask = (text: string, ...values: string[]) => masked(text, matcherOf(...values));

/** The stars of the mask are no part of a secret: what stood around one could make it up again with them. `…` says that a text was cut off. */
const line = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 40 })
  .filter((text) => text.trim().length >= 6 && !/[*…\r\n\u2028\u2029]/.test(text));
const secret = fc.oneof(
  line,
  fc.array(line, { minLength: 2, maxLength: 3 }).map((lines) => lines.join('\n')),
);
const around = fc.string({ maxLength: 30 }).filter((text) => !text.includes('*'));

const query = (text: string) => {
  const url = new URL('https://host/path');
  url.search = `?key=${text}`;
  return url.href;
};

/** What programs make of a text. None leaves a secret in it that nobody recognises. */
const WRITERS: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'as JSON': (text) => JSON.stringify({ text }),
  'as JSON within JSON': (text) => JSON.stringify(JSON.stringify([text])),
  "by Node's printer": (text) => inspect({ text }),
  'in a URL': (text) => `https://host/?key=${encodeURIComponent(text)}`,
  'in the query of a URL': query,
  'in a form': (text) => new URLSearchParams({ text }).toString(),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64, behind one byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'in base64, behind two bytes': (text) => Buffer.from(`u:${text}`).toString('base64'),
  'in base64 for URLs': (text) => Buffer.from(`${text}?>`).toString('base64url'),
};

describe.each(Object.entries(WRITERS))('a secret, written %s', (_, write) => {
  test('is recognised, and no form of it is left', () => {
    fc.assert(
      fc.property(line, around, around, (value, before, after) => {
        const matcher = matcherOf(value);
        const text = `${before}${write(value)}${after}`;
        expect(matcher.test(text)).toBe(true);
        const shown = masked(text, matcher);
        expect(shown).toContain(MASK);
        expect(matcher.test(shown)).toBe(false);
        expect(shown).not.toContain(value.trim());
      }),
      { numRuns: 8 },
    );
  });
});

/** In a URL, as programs write it that leave these signs as they are. */
const inUrl =
  (kept: RegExp, lower = false) =>
  (text: string) =>
    text.replace(/./gsu, (sign) => {
      const codes = [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
      return kept.test(sign) ? sign : lower ? codes : codes.toUpperCase();
    });
const unicode = (text: string, signs: RegExp) =>
  text.replace(signs, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
const json = JSON.stringify;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const inHex = (byte: number) => byte.toString(16).padStart(2, '0');
const entities = (number: (code: number) => string) => (text: string) =>
  text.replace(/[^\w.\\-]/gu, (sign) => `&#${number(sign.codePointAt(0) as number)};`);

/** What other languages and tools make of a text. */
const OTHERS: Record<string, (text: string) => string> = {
  'a URL of Python': inUrl(/[\w.~/-]/),
  'a URL in lower case': inUrl(/[\w.~-]/, true),
  'a path of Go': inUrl(/[\w.~$&+=:@-]/),
  'a form of PHP': (text) => inUrl(/[\w.-]/)(text).replaceAll('%20', '+'),
  'a form of Java, in lower case': (text) => inUrl(/[\w.*-]/, true)(text).replaceAll('%20', '+'),
  'both cases': (text) => encodeURIComponent(text).replace(/%../, (code) => code.toLowerCase()),
  'a URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  'JSON in a URL': (text) => encodeURIComponent(json({ text })),
  'JSON in a form': (text) => new URLSearchParams({ json: json({ text }) }).toString(),
  'JSON of PHP': (text) => unicode(json(text).replaceAll('/', '\\/'), /[^ -~]/g),
  'JSON of Go': (text) => unicode(json(text), /[<>&]/g),
  'JSON of Gson': (text) => unicode(json(text), /[<>&='+]/g),
  'JSON of .NET': (text) =>
    unicode(json(text), /[^ -~]|[<>&'+]/g).replace(/\\u..../g, (code) => `\\u${code.slice(2).toUpperCase()}`),
  'JSON of PHP within JSON': (text) => json(json(text).replaceAll('/', '\\/')),
  'base64 in a URL': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
  'base64 in JSON of PHP': (text) => Buffer.from(text).toString('base64').replaceAll('/', '\\/'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'hexadecimal in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  HTML: (text) =>
    text.replace(
      /[&<>"']/g,
      (sign) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[sign] ?? '#39'};`,
    ),
  'HTML by numbers': entities((code) => `${code}`),
  'HTML by numbers of three digits': entities((code) => `${code}`.padStart(3, '0')),
  'HTML by hexadecimal numbers': entities((code) => `x${code.toString(16)}`),
  'HTML by hexadecimal numbers in upper case': entities((code) => `x${code.toString(16).toUpperCase()}`),
  'HTML with one number': (text) =>
    text.replace(
      /[^\w.-]/u,
      entities((code) => `${code}`),
    ),
  'the bytes of a buffer': (text) => [...Buffer.from(text)].map(inHex).join(' '),
  'base64 of base64': (text) => base64(base64(`u:${text}`)),
  'base64 for URLs of base64 for URLs': (text) => base64url(base64url(text)),
  'base64 of JSON': (text) => base64(json({ text })),
  'base64 of a URL': (text) => base64(`https://host/?key=${encodeURIComponent(text)}`),
  'base64 of a form': (text) => base64(new URLSearchParams({ text }).toString()),
  'hexadecimal of a URL': (text) => Buffer.from(encodeURIComponent(text)).toString('hex'),
  'hexadecimal of JSON': (text) => Buffer.from(json({ text })).toString('hex'),
};

test.each(Object.entries(OTHERS))('a secret in %s is recognised, wherever it is cut', (_, write) => {
  const values = [
    'sk-"Grüße"/1234+567&890=?',
    "p@ss word/with 'quotes' <b>!*()~^|{}",
    'AKIA/abc+def==ghi~jkl',
    'e30/\u{1f600}/pw-12\\34',
    '\\"\\"\\/\\"',
    '1234%2f5678%zz',
    '~~~???>>>ÿÿÿ',
  ];
  for (const value of values) {
    const matcher = matcherOf(value);
    const text = `a "${write(value)}" b`;
    const shown = masked(text, matcher);
    expect([value, shown.replace(/[^*]/g, '').length]).toEqual([value, 3]);
    expect(shown.length).toBeLessThan(40);
    for (let cut = 1; cut < text.length; cut++) {
      const stream = new MaskedStream(matcher);
      expect(stream.write(text.slice(0, cut)) + stream.write(text.slice(cut)) + stream.end()).toBe(shown);
    }
  }
});

test.each([
  ['a buffer', (bytes: Buffer) => bytes],
  ['an ArrayBuffer', (bytes: Buffer) => new Uint8Array(bytes).buffer],
])('%s that Node prints does not show a secret, also where the rest is left out', (_, of) => {
  const key = 'sk-1234567890abcdefghij';
  const matcher = matcherOf(key);
  for (const before of [0, 20, 28, 40, 70, 80, 90]) {
    const printed = inspect(of(Buffer.from(`${'.'.repeat(before)}${key}${'.'.repeat(100)}`)));
    const shown = masked(printed, matcher);
    // Five bytes of it tell too little.
    expect(shown).not.toContain([...Buffer.from(key.slice(0, 6))].map(inHex).join(' '));
    const stream = new MaskedStream(matcher);
    expect([...printed].map((sign) => stream.write(sign)).join('') + stream.end()).toBe(shown);
  }
  const long = 'x1'.repeat(80);
  expect(masked(inspect(Buffer.from(long)), matcherOf(long))).toBe('<Buffer *** 110 more bytes>');
});

test('many signs that may be written in many ways take no longer', () => {
  const matcher = matcherOf('\\"'.repeat(30), `${'\\'.repeat(40)}x`, '%2'.repeat(30));
  const text = `${'\\"'.repeat(3_000)}${'\\'.repeat(3_000)}${'%25'.repeat(3_000)}`;
  const begun = performance.now();
  for (const one of [text, text.slice(1)]) masked(one, matcher);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test('wherever a text is cut into pieces, what is shown of it is the same', () => {
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof(around, fc.nat({ max: 2 }), fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 9 }))), {
        maxLength: 8,
      }),
      fc.constantFrom(...Object.values(WRITERS)),
      fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 30 }),
      (values, parts, write, sizes) => {
        const matcher = matcherOf(...values);
        const valueAt = (i: number) => values[i % values.length] as string;
        // Texts, whole secrets, and the beginnings of secrets.
        const text = parts
          .map((part) =>
            typeof part === 'string'
              ? part.replaceAll('…', '')
              : typeof part === 'number'
                ? write(valueAt(part))
                : valueAt(part[0]).slice(0, part[1]),
          )
          .join('');
        const stream = new MaskedStream(matcher);
        let shown = '';
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length] as number;
          shown += stream.write(text.slice(at, at + size));
          at += size;
          if (size === 0 && sizes.every((one) => one === 0)) {
            shown += stream.write(text.slice(at));
            break;
          }
        }
        shown += stream.end();
        expect(shown).toBe(masked(text, matcher));
        expect(matcher.test(shown)).toBe(false);
      },
    ),
    {
      numRuns: 40,
      // An empty piece came while nothing could be shown.
      examples: [
        [
          ['   𐀀𐀀𐀀\n   𐀀𐀀𐀀', 'ࠀ𐀀𐀀ࠀࠀࠀࠀ', '  # 𐀀𐀀'],
          [' ', 1],
          WRITERS['in base64, behind two bytes'] as (text: string) => string,
          [0, 17],
        ],
      ],
    },
  );
});

test('a piece that shows nothing forgets nothing: what a mask stands for already is not shown', () => {
  const stream = new MaskedStream(matcherOf('abcdefgh', 'efghijkl'));
  expect([stream.write('abcdefgh'), stream.write(''), stream.write('i'), stream.end()]).toEqual([
    '***',
    '',
    '',
    'i',
  ]);
});

test('a text without secrets passes at once, and a beginning of one waits for the rest of it', () => {
  const stream = new MaskedStream(matcherOf('sk-12345678'));
  expect(stream.write('a text\n')).toBe('a text\n');
  expect(stream.write('key: sk-12')).toBe('key: ');
  expect(stream.write('3')).toBe('');
  expect(stream.write('45678.')).toBe('***.');
  expect(stream.write('sk-')).toBe('');
  expect(stream.write('\n')).toBe('sk-\n');
  expect(stream.write('sk')).toBe('');
  expect(stream.end()).toBe('sk');
  expect(stream.end()).toBe('');
});

test('secrets that overlap are one, also when the next piece makes it longer', () => {
  expect(mask('abcdefghijkl.', 'abcdefgh', 'efghijkl')).toBe('***.');
  const stream = new MaskedStream(matcherOf('aaaaaa'));
  expect([stream.write('aaaaaaaa'), stream.write('aaa'), stream.write('b'), stream.end()]).toEqual([
    '***',
    '',
    'b',
    '',
  ]);
});

test('each line of a secret is one, but for short lines and those that every key has', () => {
  const key = '-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADAN\r\nq83v\r\n-----END PRIVATE KEY-----\r\n';
  expect(mask('MIIEvQIBADAN and q83v', key)).toBe('*** and q83v');
  expect(mask(key, key)).toBe(key.replace('MIIEvQIBADAN', '***'));
  // As a whole, it is hidden with all its lines.
  expect(mask(JSON.stringify({ key }), key)).toBe('{"key":"***\\r\\n"}');
});

test('base64 that a program breaks into lines is recognised', () => {
  const value = 'k'.repeat(70) + 'e'.repeat(70);
  for (const width of [64, 76]) {
    const lines =
      Buffer.from(value)
        .toString('base64')
        .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    expect(lines.length).toBeGreaterThan(1);
    const shown = mask(lines.join('\n'), value);
    for (const one of lines) expect(shown).not.toContain(one.slice(0, 20));
  }
});

test.each([
  ["{ key: 'sk-123456'... 5 more characters }", "{ key: '***'... 5 more characters }"],
  ['"sk-1234567…', '"***…'],
  ['thrown with sk-123456', 'thrown with ***'],
  // So little tells nothing.
  ['thrown with sk-12', 'thrown with sk-12'],
])('a secret that a text is cut off in is masked: %s', (text, shown) => {
  expect(mask(text, 'sk-12345678901')).toBe(shown);
});

test('plain data is masked at any depth, and stays itself where there is nothing to mask', () => {
  const shown = (text: string) => mask(text, 'sk-12345678', '987654');
  const data = { error: { message: 'no sk-12345678', stack: ['at sk-12345678'] }, ms: 987654 };
  expect(maskedTexts(data, shown)).toEqual({ error: { message: 'no ***', stack: ['at ***'] }, ms: 987654 });
  expect(maskedTexts({ fields: { pin: 987654, n: 1 } }, shown, true)).toEqual({
    fields: { pin: '***', n: 1 },
  });
  const other = { error: { message: 'no' }, list: [1, 'two'] };
  expect(maskedTexts(other, shown)).toBe(other);
});

test('a key of many lines in a long text is found without a look at each sign, wherever that was cut', () => {
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: pem,
    publicKeyEncoding: { ...pem, type: 'spki' },
  });
  const matcher = matcherOf(privateKey);
  const filler = Array.from(
    { length: 20_000 },
    (_, i) => `${i} a line of "words" and {numbers: ${i * 7}} … `,
  );
  const hit = privateKey.split('\n')[5] as string;
  for (const between of ['\n', ' ']) {
    const half = filler.join(between);
    const before = process.cpuUsage();
    expect(masked(`${half}${hit}${half}`, matcher)).toBe(`${half}${MASK}${half}`);
    const { user } = process.cpuUsage(before);
    // It took twenty seconds when each sign, and each place of a cut, was looked at.
    expect(user / 1e6).toBeLessThan(3);
  }
}, 60_000);
