/** One flow with every kind of step, for the Runner's tests. */
import { z } from 'zod';
import { flow, merge, oneOf } from '../../src';

const f = flow('kinds', { params: { factor: z.coerce.number().default(10) } });

export const start = f.start(({ params }) => {
  console.log('from console');
  return { names: ['ada', 'bob', 'cyd'], factor: params.factor, table: new Map([['a', 1]]) };
});
export const each = f.foreach('each', { after: start, over: 'names' }, ({ self, input, index }) => ({
  length: input.length * self.factor,
  label: `${index}:${input}`,
}));
export const all = f.join('all', { after: each }, ({ inputs }) => ({
  ...merge(inputs, { exclude: ['length', 'label'] }),
  total: inputs.reduce((sum, { length }) => sum + length, 0),
  labels: inputs.map(({ label }) => label),
}));
export const left = f.step('left', { after: all }, ({ self, log }) => {
  log('logged');
  process.stdout.write('written\n');
  console.error('complained');
  return { half: self.total / 2, isMap: self.table instanceof Map };
});
export const right = f.step('right', { after: all }, ({ self }) => ({ first: self.labels[0] }));
export const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({
  text: `${inputs.left.half} ${inputs.right.first}`,
  total: inputs.left.total,
}));
export const size = f.switch('size', { after: both, on: 'kind', cases: ['small', 'big'] }, ({ self }) => ({
  kind: self.total > 50 ? 'big' : 'small',
}));
export const small = f.step('small', { after: size.when('small') }, () => ({ n: 1 }));
export const big = f.step('big', { after: size.when('big') }, () => ({ n: 100 }));
export const shrink = f.loop(
  'shrink',
  { after: oneOf(small, big), while: 'more' },
  ({ self, iteration }) => ({ n: self.n / 2, more: iteration < 2 }),
);
export default f.end(shrink);
