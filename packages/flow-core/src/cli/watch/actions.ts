/** What the keys of a watch do. */
import { messageOf } from '../../definition/thrown';
import type { KeptSpins } from '../../session/watch/kept';
import type { Watch } from '../../session/watch/watch';
import type { Choice } from './choice';
import type { KeyActions } from './keys';
import type { Screen } from './screen';

export interface Keyed {
  watch: Watch;
  choice: Choice;
  screen: Screen;
  kept: Pick<KeptSpins, 'compare'>;
  /** Whether one task is spun, and no chain. */
  single: boolean;
}

export function actionsOf({ watch, choice, screen, kept, single }: Keyed): KeyActions {
  const then = (take: (typed: string) => void) => (typed: string) => {
    try {
      take(typed);
    } catch (error) {
      return screen.refused(messageOf(error));
    }
    watch.again();
  };
  let comparing = false;
  const showDifferences = async () => {
    if (comparing) return;
    comparing = true;
    try {
      const found = await kept.compare();
      if (found) screen.showDifferences(found.n, found.comparisons);
      else screen.refused('No spin has ended well yet: there is nothing to compare.');
    } catch (error) {
      screen.refused(messageOf(error));
    }
    comparing = false;
  };
  return {
    Enter: () => watch.again(),
    i: then((typed) => choice.takeIndex(typed)),
    a: () => watch.again(['--all']),
    s: then((typed) => choice.takeStep(typed)),
    r: then((typed) => {
      choice.takeRun(typed);
      screen.newer(undefined);
    }),
    d: () => void showDifferences(),
    // What is persisted, or becomes a test, is one task.
    ...(single ? { p: () => watch.again(['--persist']), f: () => watch.again(['--freeze']) } : {}),
  };
}
