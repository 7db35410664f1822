/** How an artifact compares with the one that was recorded before. */
export type Change = 'same' | 'changed' | 'new' | 'gone';

interface Compared {
  name: string;
  digest: string;
  change: Change;
}

/** How an artifact of a spin compares with those of another spin. */
export function changeSince(before: readonly Compared[], { name, digest, change }: Compared): Change {
  const was = before.find((one) => one.name === name && one.change !== 'gone');
  if (change === 'gone') return was ? 'gone' : 'same';
  return !was ? 'new' : was.digest === digest ? 'same' : 'changed';
}

/** Whether two spins are of one task, so that their artifacts can be compared. */
export function isSameTask(
  a: { step: string; index: readonly number[] },
  b: { step: string; index: readonly number[] },
): boolean {
  return a.step === b.step && a.index.join() === b.index.join();
}
