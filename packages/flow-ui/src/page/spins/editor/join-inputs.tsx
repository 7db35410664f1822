/** The inputs of a join, which are shown and not edited: folded by the split or branch that gave them. */
import type { SpinChoice } from '../../../api/routes';
import type { JoinGroup } from '../../logic/join-inputs';
import { countText } from '../../logic/words';
import { FixedInput } from './fixed-input';

export function JoinInputs({ groups, choice }: { groups: readonly JoinGroup[]; choice: SpinChoice }) {
  return (
    <>
      <p class="soft">{groups[0]?.entries[0]?.input.fixed}</p>
      {groups.map(({ title, entries }) => (
        <details key={title} class="group">
          <summary>
            {title} <span class="soft">{countText(entries.length, 'input')}</span>
          </summary>
          {entries.map(({ input, name }) => (
            <FixedInput key={input.name} input={input} label={name} choice={choice} />
          ))}
        </details>
      ))}
    </>
  );
}
