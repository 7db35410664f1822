/** What helps where an object of a known library cannot be stored. The objects are stand-ins that have what all of theirs have. */
import { encodeValue } from '../../../src/store/values/artifacts';

class Decimal {
  readonly toStringTag = '[object Decimal]';
  absoluteValue() {}
}
class BigNumber {
  readonly _isBigNumber = true;
  absoluteValue() {}
}
class Big {
  static NE = -7;
  c = [1];
  prec() {}
}
class DateTime {
  get isLuxonDateTime() {
    return true;
  }
}
class Dayjs {
  $d = new Date();
  $L = 'en';
}
class PlainDate {
  readonly [Symbol.toStringTag] = 'Temporal.PlainDate';
}
class Table {
  batches = [];
  schema = {};
}
class Tensor {
  shape = [1];
  dtype = 'float32';
  dataSync() {}
}
class View2dfloat64 {
  stride = [1, 1];
}
class RandomForestClassifier {
  static load(_: unknown) {}
  toJSON() {}
}

const said = (value: unknown) => {
  try {
    encodeValue('rows', [{ price: value }]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  [Decimal, 'decimal', 'decimal.js'],
  [BigNumber, 'bignumber', 'bignumber.js'],
  [Big, 'big', 'big.js'],
  [DateTime, 'luxon', 'luxon'],
  [Dayjs, 'dayjs', 'Day.js'],
  [PlainDate, 'temporal', 'Temporal'],
  [Table, 'arrow', 'apache-arrow'],
  [Tensor, 'tfjs', '@tensorflow/tfjs'],
  [View2dfloat64, 'ndarray', 'ndarray'],
  [RandomForestClassifier, 'ml', 'ml.js'],
])('%p has a ready codec, and the message has the line to write', (Class, codec, library) => {
  // Where the library is imported by the same name, the codec has another beside it.
  const name = { dayjs: 'dayjsCodec', ndarray: 'ndarrayCodec' }[codec] ?? codec;
  const imported = name === codec ? codec : `${codec} as ${name}`;
  expect(said(new Class())).toBe(
    `The artifact rows cannot be stored: rows[0].price is a ${Class.name} of ${library}, which a ready codec stores: import { ${imported} } from '@nx-flow/codecs/${codec}', and register it, as flow('…', { codecs: [${name}] }).`,
  );
});

test('one whose class has no name, or a minified one, is an object of its library', () => {
  const Constructor = Object.assign(() => {}, { NE: -7 });
  const big = Object.assign(Object.create({ prec() {} }), { c: [1], constructor: Constructor });
  class M extends Dayjs {}
  expect(said(big)).toContain(
    'rows[0].price is an object of big.js, which a ready codec stores: import { big } from',
  );
  expect(said(new M())).toContain('rows[0].price is an object of Day.js, which a ready codec stores');
  expect(said(Object.create({ inherited: 1 }))).toContain(
    'inherits from another object; copy it into a plain object',
  );
});

test('a model that is loaded from its JSON is stored by these functions; a class of fields by them', () => {
  class Forest {
    static load(_: unknown) {}
    toJSON() {}
  }
  class Point {
    x = 1;
  }
  class Spiteful {
    get toStringTag(): string {
      throw new Error('nobody asks me');
    }
  }
  expect(said(new Forest())).toContain(
    'codecs: [instance(Forest, { encode: (it) => it.toJSON(), decode: (data) => Forest.load(data) })]',
  );
  expect(said(new Point())).toContain(
    "rows[0].price is a Point, a class that no codec stores: say how, as flow('…', { codecs: [instance(Point)] })",
  );
  expect(said(new Spiteful())).toContain('instance(Spiteful)');
});
