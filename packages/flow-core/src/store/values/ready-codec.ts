/** Which codec of `@nx-flow/codecs` stores an object, told by what all objects of its library have: none of them is loaded. */

export interface ReadyCodec {
  /** Its entry, and its name there: `@nx-flow/codecs/decimal`. */
  codec: string;
  library: string;
}

// biome-ignore lint/suspicious/noExplicitAny: an object that nobody knows is asked
type Asked = any;

const READY: [codec: string, library: string, is: (value: Asked, name: string) => boolean][] = [
  ['decimal', 'decimal.js', (value) => value.toStringTag === '[object Decimal]' && isOfItself(value)],
  ['bignumber', 'bignumber.js', (value) => value._isBigNumber === true && isOfItself(value)],
  ['big', 'big.js', (value) => Array.isArray(value.c) && 'NE' in value.constructor && isMethod(value.prec)],
  [
    'luxon',
    'luxon',
    (value) => (value.isLuxonDateTime ?? value.isLuxonDuration ?? value.isLuxonInterval) === true,
  ],
  ['dayjs', 'Day.js', (value) => value.$d instanceof Date && '$L' in value],
  ['temporal', 'Temporal', (value) => /^Temporal\./.test(value[Symbol.toStringTag])],
  [
    'arrow',
    'apache-arrow',
    (value, name) => name === 'Table' && Array.isArray(value.batches) && 'schema' in value,
  ],
  [
    'arrow',
    'apache-arrow',
    (value, name) =>
      ('VectorName' in value || name === 'Vector') && Array.isArray(value.data) && 'type' in value,
  ],
  [
    'arrow',
    'apache-arrow',
    (value, name) => name === 'Schema' && Array.isArray(value.fields) && 'dictionaries' in value,
  ],
  [
    'tfjs',
    '@tensorflow/tfjs',
    (value) => isMethod(value.dataSync) && Array.isArray(value.shape) && 'dtype' in value,
  ],
  ['ndarray', 'ndarray', (value, name) => /^View(\d+d|_Nil)/.test(name) && Array.isArray(value.stride)],
  ['ml', 'ml.js', (value, name) => ML.test(name) && isLoadable(value)],
];
const ML = /^((RandomForest|DecisionTree)(Classifier|Regression)|SimpleLinearRegression)$/;

/** @param name the name of its class */
export function readyCodec(value: object, name: string): ReadyCodec | undefined {
  try {
    const [codec, library] = READY.find(([, , is]) => is(value, name) === true) ?? [];
    return codec === undefined ? undefined : { codec, library: library as string };
  } catch {
    // A getter that throws: it is something else.
    return undefined;
  }
}

/** Whether its class comes back by `Class.load(value.toJSON())`, as the models of ml.js do. */
export function isLoadable(value: object): boolean {
  try {
    return isMethod((value as Asked).toJSON) && isMethod((value as Asked).constructor.load);
  } catch {
    return false;
  }
}

/** The line to write, and where. */
export function readyRemedy({ codec, library }: ReadyCodec): string {
  const [line, name] = readyImport(codec);
  return `of ${library}, which a ready codec stores: ${line}, and register it, as flow('…', { codecs: [${name}] })`;
}

/** The line that imports a ready codec, and its name there: a library that is imported by the same name stands beside it. */
export function readyImport(codec: string): [line: string, name: string] {
  const name = SAME_NAME.includes(codec) ? `${codec}Codec` : codec;
  return [`import { ${name === codec ? '' : `${codec} as `}${name} } from '@nx-flow/codecs/${codec}'`, name];
}
const SAME_NAME = ['dayjs', 'ndarray'];

/** A class that extends one of these libraries is another. */
const isOfItself = (value: object) => Object.hasOwn(Object.getPrototypeOf(value), 'absoluteValue');
const isMethod = (value: unknown): boolean => typeof value === 'function';
