/** What is said of an object that lives in its process alone: its fields cannot be stored, so `instance(…)` alone does not help. */
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { encodeValue } from '../../../src/store/values/artifacts';

const said = (value: unknown) => {
  try {
    encodeValue('it', value);
    return 'nothing';
  } catch (error) {
    return (error as Error).message.replace('The artifact it cannot be stored: ', '');
  }
};

class Scaled {
  readonly scale = (x: number) => x * 2;
}
class Later {
  parts = [{ done: Promise.resolve(1) }];
}
class Cyclic {
  again: Cyclic = this;
  when = [new Date(0), new Map([[1, () => 1]]), { of: { x: 1 } }];
}
class Priced {
  price = { constructor: 1, inner: new Scaled() };
}
class Point {
  x = 1;
}
class Sealed {
  #x = 1;
  static fromJSON(x: number) {
    return Object.assign(new Sealed(), { x });
  }
  toJSON() {
    return this.#x;
  }
}

test.each([
  ['a function of its own', new Scaled(), 'its scale is a function'],
  ['a timer', setTimeout(() => {}, 0), 'its _onTimeout is a function'],
  ['what lies in plain data', new Later(), 'its parts.0.done is a promise'],
  ['a server', createServer(() => {}), 'it has fields that only its class knows'],
  ['an emitter', new EventEmitter(), 'it has fields that only its class knows'],
])('%s is told, and how to go on', (_, value, held) => {
  const { name } = value.constructor;
  const a = /^[AEIOU]/.test(name) ? 'an' : 'a';
  expect(said(value)).toBe(
    `it is ${a} ${name}, a class that no codec stores, and ${held}: return what you need of it, or make it in the step that needs it; or say how, as flow('…', { codecs: [instance(${name}, { encode, decode })] }).`,
  );
});

test('fields that can be stored, or may have a codec, are stored by instance(…) alone; so is what says itself how', () => {
  expect(said(new Cyclic())).toContain('codecs: [instance(Cyclic)] }), or return plain data');
  expect(said(new Priced())).toContain('codecs: [instance(Priced)] }), or return plain data');
  expect(said(new Sealed())).toContain('codecs: [instance(Sealed)] }), or return plain data');
  expect(said(Object.assign(new Point(), { constructor: Point }))).toContain(
    'codecs: [instance(Point, { encode, decode })] }), or return plain data',
  );
});
