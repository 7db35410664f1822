/** The inputs of a join, which are shown and not edited: folded by the split or branch that gave them, some at a time. */
import { useState } from 'preact/hooks';
import type { InputEntry, InputsReply, SpinChoice } from '../../../api/routes';
import { joinGroups } from '../../logic/join-inputs';
import { withQuery } from '../../logic/place';
import { countText } from '../../logic/words';
import { ErrorNote } from '../../parts/notes';
import { ask } from '../../shell/ask';
import { FixedInput } from './fixed-input';

interface Props {
  /** Those that were told first. */
  first: readonly InputEntry[];
  reply: InputsReply;
}

export function JoinInputs({ first, reply: { choice, joined } }: Props) {
  const [later, setLater] = useState<readonly InputEntry[]>([]);
  const [told, setTold] = useState(joined);
  const [problem, setProblem] = useState<string>();
  const left = told ? told.of - told.to : 0;
  const more = async () => {
    try {
      const next = await ask<InputsReply>(withQuery('/api/inputs', { ...queryOf(choice), from: told?.to }));
      setLater([...later, ...next.inputs.filter(({ kind }) => kind === 'artifact')]);
      setTold(next.joined);
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <p class="soft">{first[0]?.fixed}</p>
      {(joinGroups([...first, ...later]) ?? []).map(({ title, entries }) => (
        <details key={title} class="group">
          <summary>
            {title} <span class="soft">{countText(entries.length, 'input')}</span>
          </summary>
          {entries.map(({ input, name }) => (
            <FixedInput key={input.name} input={input} label={name} choice={choice} />
          ))}
        </details>
      ))}
      {left > 0 && (
        <p>
          <button type="button" onClick={more}>
            Show more
          </button>{' '}
          <span class="soft">
            {countText(left, 'input')} of {told?.of.toLocaleString('en')} left
          </span>
        </p>
      )}
      {problem !== undefined && <ErrorNote message={problem} />}
    </>
  );
}

const queryOf = ({ index, ...choice }: SpinChoice) => ({ ...choice, index: index?.join(',') });
