/** Arrays of ndarray, tensors of TensorFlow.js and models of ml-*. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ml } from '../src/ml';
import { ndarray } from '../src/ndarray';
import { tfjs } from '../src/tfjs';
import { refusal, roundTrip } from './helpers/round-trip';

const of = require('ndarray');
const { RandomForestClassifier, RandomForestRegression } = require('ml-random-forest');
const { DecisionTreeClassifier, DecisionTreeRegression } = require('ml-cart');

describe('ndarray', () => {
  const whole = of(Float64Array.of(0, -0, Number.NaN, 3.5, 4, 5), [2, 3]);
  test.each([
    ['all of it', whole],
    ['backwards', whole.step(-1, 2)],
    ['transposed', whole.transpose(1, 0)],
    ['a column', whole.pick(null, 1)],
    ['one cell', whole.pick(1, 2)],
    ['a window', whole.lo(1, 1).hi(1, 2)],
    ['integers', of(Uint8ClampedArray.of(1, 2, 3, 255), [2, 2])],
    ['big integers', of(BigInt64Array.of(1n, -2n), [2])],
    ['a list', of([1, 'a', null], [3])],
    ['nothing', of([], [0])],
  ])('%s', async (_, view) => {
    const back = await roundTrip(ndarray, view);
    expect([back.dtype, back.shape, back.stride, back.offset]).toEqual([
      ...[view.dtype, view.shape, view.stride, view.offset],
    ]);
    expect(back.data).toEqual(view.data);
    expect(back.constructor).toBe(view.constructor);
  });

  test('views of the same data still look at the same', async () => {
    const { column, all } = await roundTrip(ndarray, { column: whole.pick(null, 1), all: whole });
    all.set(1, 1, 99);
    expect(column.get(1)).toBe(99);
  });
});

describe('tfjs', () => {
  // Or it recommends another backend.
  beforeAll(() => tf.env().set('IS_TEST', true));

  test.each([
    ['float32', () => tf.tensor2d([0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-40, 0.1], [2, 3])],
    ['int32', () => tf.tensor3d([1, -2, 3, 4], [2, 1, 2], 'int32')],
    ['bool', () => tf.tensor1d([true, false], 'bool')],
    ['a scalar', () => tf.scalar(7)],
    ['empty', () => tf.tensor2d([], [0, 3])],
    ['texts', () => tf.tensor1d(['film', 'ß🎬', ''], 'string')],
    ['bytes as texts', () => tf.tensor1d([Uint8Array.of(255, 0, 128)] as never, 'string')],
    ['complex64', () => tf.complex(tf.tensor1d([1, -0]), tf.tensor1d([2, 3]))],
    ['a slice', () => tf.slice(tf.tensor1d([1, 2, 3, 4]), 1, 2)],
  ])('%s', async (_, make) => {
    const tensor = make();
    const back = await roundTrip(tfjs, tensor);
    expect(back).toBeInstanceOf(tf.Tensor);
    expect([back.dtype, back.shape]).toEqual([tensor.dtype, tensor.shape]);
    const valuesOf = ({ dataId }: tf.Tensor) => tf.engine().readSync(dataId);
    expect(valuesOf(back)).toEqual(valuesOf(tensor));
  });

  test('a variable is no tensor that comes back as it is', async () => {
    expect(tfjs.match(tf.variable(tf.scalar(1)))).toBe(false);
  });
});

describe('ml', () => {
  const x = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [n, n % 2]);
  const classes = [0, 0, 0, 0, 1, 1, 1, 1];
  const values = x.map(([n = 0]) => n * 1.5);
  test.each([
    ['RandomForestClassifier', new RandomForestClassifier({ nEstimators: 5, seed: 1, noOOB: true }), classes],
    ['RandomForestRegression', new RandomForestRegression({ nEstimators: 5, seed: 1, noOOB: true }), values],
    ['DecisionTreeClassifier', new DecisionTreeClassifier({ minNumSamples: 2 }), classes],
    ['DecisionTreeRegression', new DecisionTreeRegression({ minNumSamples: 2 }), values],
  ])('%s', async (_, model, y) => {
    model.train(x, y);
    const back = await roundTrip(ml, model);
    expect(back).toBeInstanceOf(model.constructor);
    expect(back.predict(x)).toEqual(model.predict(x));
    expect(ml.preview?.(back)).toMatch(new RegExp(`^${model.constructor.name} \\{ .+ \\}$`));
    const loaded = model.constructor.load(JSON.parse(JSON.stringify(model)));
    expect(JSON.stringify(back)).toBe(JSON.stringify(loaded));
  });

  test('a class that extends one, and an option that is a function, are refused', async () => {
    class Own extends DecisionTreeClassifier {}
    expect(await refusal(ml, new Own())).toContain('is an Own, a class that no codec stores');
    const untrained = new RandomForestClassifier({ treeOptions: { splitFunction: () => 1 } });
    untrained.estimators = [];
    expect(await refusal(ml, untrained)).toContain('is a function');
  });
});
