/** The secrets of a run that was recorded: its row has their names, the environment of this process their values. */
import type { RunRow } from '../../store/rows/rows';
import { valuesOf } from './require';
import { Secrets } from './secrets';

/** @param texts that are to be stored, by what begins the sentence @throws FlowError FLOW_SECRET_ARTIFACT */
export function refuseFor(
  { secrets }: Pick<RunRow, 'secrets'>,
  texts: Readonly<Record<string, string | readonly string[]>>,
): void {
  if (!secrets?.length) return;
  const known = new Secrets(valuesOf({ secrets, steps: new Map() }));
  for (const [what, text] of Object.entries(texts))
    for (const one of [text].flat()) known.refuseText(what, one);
}
