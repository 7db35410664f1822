/** The options of Runner's methods: what none of them has is refused, since JavaScript would ignore it. */
import { FlowError, suggest } from '../definition/errors';
import { describeValue } from '../definition/thrown';
import type { ResumeOptions, RunnerOptions, RunOptions, SpinOptions } from './types';

/** What a value must be, and the code and the sentence of the error where it is not. */
interface Kind {
  fits(value: unknown): boolean;
  is: string;
  code?: string;
}

const isNumber = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isList = (value: unknown, fits: (item: unknown) => boolean) =>
  Array.isArray(value) && value.every(fits);
const isText = (value: unknown) => typeof value === 'string';

/** Looked at where it is read. */
const ANY: Kind = { fits: () => true, is: 'anything' };
const TEXT: Kind = { fits: isText, is: 'a text' };
const FLAG: Kind = { fits: (value) => typeof value === 'boolean', is: 'true or false' };
const TAGS: Kind = { fits: (value) => isList(value, isText), is: "a list of texts, such as ['nightly']" };
const OPTIONS: Kind = {
  fits: (value) => isList(value, isText),
  is: "a list of names of options, such as ['timeout']",
};
const OBJECT: Kind = { fits: isObject, is: 'an object, such as { factor: 2 }' };
const INDEX: Kind = {
  fits: (value) => isNumber(value) || isList(value, isNumber),
  is: 'a number from 0, or a list of them, outermost foreach first',
  code: 'FLOW_INDEX',
};
const ITERATION: Kind = { fits: isNumber, is: 'a number from 0', code: 'FLOW_ITERATION' };

const RUN: Record<keyof RunOptions, Kind> = { params: OBJECT, tags: TAGS };

const METHODS = {
  'new Runner': { store: TEXT, namespace: TEXT, importTimeout: ANY } satisfies Record<
    keyof RunnerOptions,
    Kind
  >,
  spin: {
    artifacts: ANY,
    params: OBJECT,
    from: ANY,
    index: INDEX,
    iteration: ITERATION,
    without: OPTIONS,
    persist: FLAG,
  } satisfies Record<keyof SpinOptions, Kind>,
  run: RUN,
  resume: { ...RUN, from: ANY, step: ANY } satisfies Record<keyof ResumeOptions, Kind>,
};

/** @throws FlowError FLOW_USAGE, FLOW_INDEX, FLOW_ITERATION */
export function requireOptions(method: keyof typeof METHODS, options: unknown): void {
  const known: Readonly<Record<string, Kind>> = METHODS[method];
  const names = Object.keys(known);
  if (!isObject(options)) {
    const message = `${method} takes an object of options (${names.join(', ')}), not ${describeValue(options)}.`;
    throw new FlowError('FLOW_USAGE', message);
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!kind)
      throw new FlowError('FLOW_USAGE', `${method} has no option "${name}". ${suggest(name, names)}`);
    if (value === undefined || kind.fits(value)) continue;
    const message = `The option \`${name}\` of ${method} is ${kind.is}, not ${describeValue(value)}.`;
    throw new FlowError(kind.code ?? 'FLOW_USAGE', message);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
