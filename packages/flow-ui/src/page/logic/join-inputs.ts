/** The inputs of a join in an editor: by the split or branch that gave them, and once what all of them have. */
import type { InputEntry } from '../../api/routes';

export interface JoinGroup {
  /** `Split 2`, `Branch left`, `The same in all`. */
  title: string;
  entries: readonly { input: InputEntry; name: string }[];
}

/** @param inputs artifacts, named `2.rows` where they are of a join. @returns undefined where they are not */
export function joinGroups(inputs: readonly InputEntry[]): JoinGroup[] | undefined {
  const named = inputs.map((input) => {
    const dot = input.name.indexOf('.');
    return { input, of: input.name.slice(0, Math.max(0, dot)), name: input.name.slice(dot + 1) };
  });
  const groups = [...new Set(named.map(({ of }) => of))];
  if (groups.length < 2 || named.some(({ of, input }) => of === '' || input.json !== undefined))
    return undefined;
  const counts = new Map<string, number>();
  const keyOf = ({ name, input }: (typeof named)[number]) => `${name} ${input.digest}`;
  for (const one of named) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  const isCommon = (one: (typeof named)[number]) => counts.get(keyOf(one)) === groups.length;
  const own = groups.map((of) => ({
    title: /^\d+$/.test(of) ? `Split ${of}` : `Branch ${of}`,
    entries: named.filter((one) => one.of === of && !isCommon(one)),
  }));
  const common = named.filter((one) => one.of === groups[0] && isCommon(one));
  return [...own, { title: 'The same in all', entries: common }].filter(({ entries }) => entries.length > 0);
}
