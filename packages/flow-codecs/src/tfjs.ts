/** Tensors of TensorFlow.js. */
import type { InstanceCodec } from '@nx-flow/core';
import { classOf, library } from './library';

type Values = Float32Array | Int32Array | Uint8Array;
interface Tensor {
  dtype: string;
  shape: number[];
  dataId: object;
  dataSync(): Values;
}
interface Tensorflow {
  tensor(values: Values | Uint8Array[], shape: number[], dtype: string): Tensor;
  engine(): { readSync(dataId: object): Uint8Array[] };
  complex(real: Tensor, imag: Tensor): Tensor;
}

const load = library<Tensorflow>({
  codec: 'tfjs',
  packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs', '@tensorflow/tfjs-node'],
  from: 4,
  names: ['tensor', 'complex', 'engine'],
});

/**
 * Tensors of TensorFlow.js: type, shape and values, also `complex64` and strings. They come back on the backend that the flow
 * has set, and are its own to dispose of.
 */
export const tfjs: InstanceCodec<object> = {
  id: 'tfjs',
  version: 1,
  match(value) {
    if (classOf(value) !== 'Tensor') return false;
    const { dtype, shape, dataId, dataSync } = value as Partial<Tensor>;
    return typeof dtype === 'string' && Array.isArray(shape) && !!dataId && typeof dataSync === 'function';
  },
  take(value) {
    const { dtype, shape, dataId } = value as Tensor;
    // What it gives may be the memory of its backend, or a part of it.
    const values =
      dtype === 'string'
        ? load().engine().readSync(dataId).map(copyOf)
        : copyOf((value as Tensor).dataSync());
    return { dtype, shape: [...shape], values };
  },
  make(taken) {
    const { dtype, shape, values } = taken as { dtype: string; shape: number[]; values: Values };
    const { tensor, complex } = load();
    if (dtype !== 'complex64') return tensor(values, shape, dtype);
    const half = (from: number) =>
      tensor(
        values.filter((_, i) => i % 2 === from),
        shape,
        'float32',
      );
    return complex(half(0), half(1));
  },
  json(value) {
    const { dtype, shape } = value as Tensor;
    return { dtype, shape, values: Array.from((value as Tensor).dataSync()) };
  },
  preview(value) {
    const { dtype, shape } = value as Tensor;
    return `${dtype}[${shape.join(' × ')}]`;
  },
};

const copyOf = <T extends Values>(values: T): T => values.slice() as T;
