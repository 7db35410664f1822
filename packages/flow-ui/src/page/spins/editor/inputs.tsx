/** The inputs and parameters of a step, each in an editor where it can be edited. */
import type { InputEntry, InputsReply } from '../../../api/routes';
import { editsOf, keyOf, type Texts } from '../../logic/editing';
import { joinGroups } from '../../logic/join-inputs';
import { FixedInput } from './fixed-input';
import { InputEditor } from './input-editor';
import { JoinInputs } from './join-inputs';

interface Props {
  reply: InputsReply;
  texts: Texts;
  onTexts(texts: Texts): void;
}

const GROUPS: readonly { title: string; kinds: readonly InputEntry['kind'][] }[] = [
  { title: 'Inputs', kinds: ['item', 'artifact'] },
  { title: 'Parameters', kinds: ['param'] },
];

export function Inputs({ reply, texts, onTexts }: Props) {
  const { inputs, choice } = reply;
  const edits = new Map(editsOf(inputs, texts).map((edit) => [keyOf(edit.input), edit]));
  return (
    <>
      {GROUPS.map(({ title, kinds }) => {
        const group = inputs.filter(({ kind }) => kinds.includes(kind));
        if (group.length === 0 && title === 'Parameters') return null;
        const artifacts = group.filter(({ kind }) => kind === 'artifact');
        const isJoin = joinGroups(artifacts) !== undefined;
        const listed = isJoin ? group.filter(({ kind }) => kind !== 'artifact') : group;
        return (
          <section key={title}>
            <h2>{title}</h2>
            {group.length === 0 && <p class="soft">It reads none.</p>}
            <div class={kinds.includes('param') ? 'beside' : undefined}>
              {listed.map((input) => {
                const key = keyOf(input);
                const edit = edits.get(key);
                if (!edit) return <FixedInput key={key} input={input} choice={choice} />;
                const change = (text: string) => {
                  const { [key]: _, ...others } = texts;
                  onTexts(text === edit.before ? others : { ...others, [key]: text });
                };
                return <InputEditor key={key} input={input} edit={edit} onText={change} />;
              })}
            </div>
            {isJoin && <JoinInputs first={artifacts} reply={reply} />}
          </section>
        );
      })}
    </>
  );
}
