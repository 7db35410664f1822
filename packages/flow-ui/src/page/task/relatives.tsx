/** The parents and children of a task. */
import type { TaskReply } from '../../api/routes';
import { pathTo } from '../logic/place';
import { countText } from '../logic/words';

export function Relatives({ task: { parents, children, childrenOf } }: { task: TaskReply }) {
  return (
    <>
      <Tasks title="Parents" tasks={parents} of={parents.length} none="None: the flow begins here." />
      <Tasks title="Children" tasks={children} of={childrenOf} none="None." />
    </>
  );
}

function Tasks(props: { title: string; tasks: readonly string[]; of: number; none: string }) {
  const { title, tasks, of, none } = props;
  const more = of - tasks.length;
  return (
    <section>
      <h2>{title}</h2>
      {tasks.length === 0 ? (
        <p class="soft">{none}</p>
      ) : (
        <ul class="relatives">
          {tasks.map((pathspec) => (
            <li key={pathspec}>
              <a href={pathTo(pathspec)}>{pathspec.split('/').slice(2).join('/')}</a>
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <p class="soft">and {countText(more, 'more task')}</p>}
    </section>
  );
}
