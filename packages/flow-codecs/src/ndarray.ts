/** Arrays of ndarray. */
import type { InstanceCodec } from '@nx-flow/core';
import { classOf, library } from './library';

interface View {
  data: unknown;
  shape: number[];
  stride: number[];
  offset: number;
  dtype: string;
}
type Ndarray = (data: unknown, shape: number[], stride: number[], offset: number) => View;

const load = library<{ default: Ndarray } & Ndarray>({
  codec: 'ndarray',
  packages: ['ndarray'],
  from: 1,
  names: [],
});

/**
 * Arrays of ndarray: their data, of its type, and shape, strides and offset. A view keeps all the data that it looks at, and two
 * views of the same data in one artifact still look at the same.
 */
export const ndarray: InstanceCodec<object> = {
  id: 'ndarray',
  version: 1,
  // It makes a class for each type and number of dimensions.
  match(value) {
    if (!/^View(\d+d|_Nil)/.test(classOf(value) ?? '')) return false;
    const { shape, stride, offset } = value as Partial<View>;
    return Array.isArray(shape) && Array.isArray(stride) && typeof offset === 'number';
  },
  take(value) {
    const { data, shape, stride, offset } = value as View;
    return { data, shape, stride, offset };
  },
  make(taken) {
    const { data, shape, stride, offset } = taken as View;
    return load()(data, shape, stride, offset);
  },
  json(value) {
    const { dtype, shape, stride, offset, data } = value as View;
    return { dtype, shape, stride, offset, data };
  },
  preview(value) {
    const { dtype, shape } = value as View;
    return `${dtype}[${shape.join(' × ')}]`;
  },
};
