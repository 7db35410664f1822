/** The cards of a task as tabs. While the task runs, they change in place. */
import type { CardEntry, TaskReply } from '../../api/routes';
import { Frame } from '../parts/frame/frame';
import { Tabs } from '../parts/tabs';
import { useMessages } from '../shell/events';
import { setQuery, usePlace } from '../shell/router';

interface Props {
  task: TaskReply;
  /** A card appeared that is not in the list. */
  again(): void;
}

export function TaskCards({ task, again }: Props) {
  const { query } = usePlace();
  const { pathspec, cards, shared = [], status, attempts } = task;
  const step = pathspec.split('/', 3).join('/');
  useMessages((message) => {
    if (message.type !== 'card' || message.task !== pathspec) return;
    if (!cards.some((card) => card.id === message.id && card.attempt === message.attempt)) again();
  });
  if (cards.length + shared.length === 0) return null;
  const last = Math.max(0, ...cards.map(({ attempt }) => attempt));
  const isNow = attempts.at(-1)?.attempt ?? last;
  // Those of the last attempt are what one looks for.
  const ordered = [...cards].sort((a, b) => b.attempt - a.attempt);
  const several = last > 0 && cards.some(({ attempt }) => attempt < last);
  const show = (card: CardEntry) => {
    const { id, attempt } = card;
    const goesOn = status === 'running' && attempt === isNow;
    return (
      <Frame
        key={idOf(card)}
        request={{ card: { task: pathspec, id, attempt } }}
        title={labelOf(card)}
        live={
          goesOn
            ? (message) => message.task === pathspec && message.id === id && message.attempt === attempt
            : undefined
        }
      />
    );
  };
  const tabs = [
    ...ordered.map((card) => ({
      id: idOf(card),
      label: `${labelOf(card)}${several ? ` · attempt ${card.attempt}` : ''}`,
      content: () => show(card),
    })),
    ...shared.map((card) => ({
      id: `${card.id}.shared`,
      label: `${labelOf(card)} · of all of ${task.step}`,
      content: () => (
        <Frame
          key={`${card.id}.shared`}
          request={{ card: { step, id: card.id } }}
          title={labelOf(card)}
          live={(message) => message.task === step && message.id === card.id}
        />
      ),
    })),
  ];
  const [only] = shared.length === 0 ? ordered : [];
  return (
    <section>
      <h2>{only && ordered.length === 1 ? headingOf(only.id) : 'Cards'}</h2>
      {only && ordered.length === 1 ? (
        show(only)
      ) : (
        <Tabs
          label="Cards"
          chosen={query.get('card') ?? ''}
          onChoose={(card) => setQuery({ card }, { replace: true })}
          tabs={tabs}
        />
      )}
    </section>
  );
}

const idOf = ({ id, attempt }: CardEntry) => `${id}.${attempt}`;
/** Its title stands in the card. */
const headingOf = (id: string) => (id === 'default' ? 'Card' : `Card ${id}`);
const labelOf = ({ id, title }: { id: string; title?: string }) => title ?? (id === 'default' ? 'Card' : id);
