/** Values of libraries that `@nx-flow/codecs` stores: what helps where such a value has no codec. */
import { article } from './builtin-class';

/** By the names of their classes and a mark of the library: a class of the user's may have the same name. */
const READY: readonly [codec: string, library: string, name: RegExp, mark: string][] = [
  ['arrow', 'apache-arrow', /^Table$/, 'batches'],
  ['arrow', 'apache-arrow', /^Vector$/, 'VectorName'],
  ['arrow', 'apache-arrow', /^Schema$/, 'dictionaries'],
  ['big', 'big.js', /^Big$/, 'toExponential'],
  ['bignumber', 'bignumber.js', /^BigNumber$/, '_isBigNumber'],
  ['dayjs', 'dayjs', /^Dayjs$/, '$isDayjsObject'],
  ['decimal', 'decimal.js', /^Decimal$/, 'toSignificantDigits'],
  ['luxon', 'luxon', /^DateTime$/, 'isLuxonDateTime'],
  ['luxon', 'luxon', /^Duration$/, 'isLuxonDuration'],
  ['luxon', 'luxon', /^Interval$/, 'isLuxonInterval'],
  ['ml', 'ml-random-forest', /^RandomForest(Classifier|Regression)$/, 'toJSON'],
  ['ml', 'ml-cart', /^DecisionTree(Classifier|Regression)$/, 'toJSON'],
  ['ml', 'ml-regression-simple-linear', /^SimpleLinearRegression$/, 'toJSON'],
  ['ndarray', 'ndarray', /^View\d+d/, 'stride'],
  ['temporal', 'Temporal', /^(Instant|ZonedDateTime|Plain\w+|Duration)$/, 'toLocaleString'],
  ['tfjs', '@tensorflow/tfjs', /^Tensor$/, 'dataId'],
];

/** The end of a sentence that begins with the path of a value. Undefined where no codec is known for it. */
export function readyCodec(value: object): string | undefined {
  const name = classOf(value);
  const found = READY.find(
    ([codec, , names, mark]) =>
      names.test(name) && mark in value && (codec !== 'temporal' || tagOf(value).startsWith('Temporal.')),
  );
  if (!found) return undefined;
  const [codec, library] = found;
  return `is ${article(name)} of ${library}: say import { ${codec} } from '@nx-flow/codecs/${codec}' and flow('…', { codecs: [${codec}] })`;
}

/** Of some libraries an instance has its class itself, and its prototype has none; of others the name says nothing. */
function classOf(value: object): string {
  if ('$isDayjsObject' in value) return 'Dayjs';
  if ('VectorName' in value) return 'Vector';
  const prototype = Object.getPrototypeOf(value) as object;
  const { constructor: Class } = Object.hasOwn(prototype, 'constructor') ? prototype : value;
  return typeof Class === 'function' ? Class.name : '';
}

const tagOf = (value: object) => Object.prototype.toString.call(value).slice(8, -1);
