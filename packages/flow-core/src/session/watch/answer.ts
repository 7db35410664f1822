/** What a watch says of a save: what changed, what is broken, and how long the answer took. */
import type { FlowError } from '../../definition/errors';
import { newestChange } from './stamps';
import type { Broken } from './watch-listener';

/** What changed in the files that were saved comes before what follows from it. @param saved their names */
export function namedFirst(changed: readonly string[], saved: readonly string[]): string[] {
  const isNamed = (text: string) => saved.some((name) => text.includes(name));
  return [...changed.filter(isNamed), ...changed.filter((text) => !isNamed(text))];
}

export function brokenBy({ code, message, problems }: FlowError): Broken {
  const [, where] = /^(\S.*?:\d+:\d+) {2}/.exec(message) ?? [];
  const place = where ?? problems[0]?.where;
  return { code, message, ...(place === undefined ? {} : { where: place }) };
}

/** From the newest change of these files. Where a clock is not ours, from when it was heard of. Milliseconds. */
export function latencyOf({ files, since }: { files: Iterable<string>; since: number }): number {
  const now = Date.now();
  const changed = newestChange(files);
  return now - (changed !== undefined && changed <= now && changed > since - 1000 ? changed : since);
}
