/** Dates of Day.js. */
import type { InstanceCodec } from '@nx-flow/core';
import { library } from './library';

interface Fields {
  $d: Date;
  $L: string;
  $u?: boolean;
  $offset?: number;
  $x?: { $timezone?: string };
}
interface Dayjs extends Fields {
  init(): void;
  format(): string;
}

const load = library<{ (ms: number): Dayjs; extend: unknown }>({
  codec: 'dayjs',
  packages: ['dayjs'],
  from: 1,
  names: ['extend', 'locale'],
});

/**
 * Dates of Day.js: the instant, the locale, and what the plugins utc and timezone keep. The flow loads these plugins and its
 * locales itself, at the top of its file. A local date comes back as a local one, of the machine that reads it.
 */
export const dayjs: InstanceCodec<object> = {
  id: 'dayjs',
  version: 1,
  match(value) {
    if (typeof value !== 'object' || value === null || !('$d' in value) || !('$L' in value)) return false;
    const prototype = Object.getPrototypeOf(value) as object;
    return (
      value.$d instanceof Date && Object.hasOwn(prototype, '$locale') && Object.hasOwn(prototype, 'init')
    );
  },
  take: (value) => ({ ...value }),
  make(taken) {
    const fields = taken as Fields;
    const made = Object.assign(Object.create(Object.getPrototypeOf(load()(0)) as object), fields) as Dayjs;
    const isLocal = fields.$u !== true && fields.$offset === undefined && fields.$x?.$timezone === undefined;
    // What it shows is the time of where it is.
    if (isLocal) made.init();
    return made;
  },
  preview: (value) => (value as Dayjs).format(),
};
