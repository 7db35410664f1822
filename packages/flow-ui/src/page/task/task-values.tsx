/** What a task read and made. Of a join, whose each input is. */
import { useState } from 'preact/hooks';
import type { ArtifactEntry, TaskReply } from '../../api/routes';
import { inputGroups } from '../logic/input-groups';
import type { Path } from '../logic/json/path';
import { pathTo } from '../logic/place';
import { countText } from '../logic/words';
import { Values } from '../parts/value/values';

export function TaskValues({ task }: { task: TaskReply }) {
  const { pathspec, outputs, params, status } = task;
  // What was taken over or handed down is read where it is stored.
  const request = (entry: ArtifactEntry, further: Path = []) => {
    const path = [...(entry.in?.path ?? []), ...further];
    return {
      value: {
        task: entry.pathspec ?? pathspec,
        name: entry.in?.name ?? entry.name,
        ...(path.length > 0 ? { path } : {}),
      },
    };
  };
  return (
    <>
      <section>
        <h2>Outputs</h2>
        <Values
          values={outputs}
          request={request}
          none={status === 'running' ? 'They are stored when it has ended.' : 'It stored none.'}
        />
      </section>
      <Inputs task={task} request={request} />
      {params.length > 0 && (
        <section>
          <h2>
            Parameters <span class="soft">only those that this task read</span>
          </h2>
          <Values values={params} request={request} none="" />
        </section>
      )}
    </>
  );
}

/** So many tasks before a join are shown without being asked for. */
const FEW = 3;

function Inputs({ task, request }: { task: TaskReply; request: Parameters<typeof Values>[0]['request'] }) {
  const [all, showAll] = useState(false);
  const groups = inputGroups(task.inputs);
  const shown = all ? groups : groups.slice(0, FEW);
  return (
    <section>
      <h2>Inputs {groups.length > 1 && <span class="soft">of {countText(groups.length, 'task')}</span>}</h2>
      {groups.length === 0 && <p class="soft">It had none.</p>}
      {shown.map(({ pathspec, entries }) => (
        <div key={pathspec ?? ''} class="group">
          {groups.length > 1 && pathspec !== undefined && (
            <h3>
              <a href={pathTo(pathspec)}>{pathspec.split('/').slice(2).join('/')}</a>
            </h3>
          )}
          <Values values={entries} request={request} none="" />
        </div>
      ))}
      {groups.length > shown.length && (
        <button type="button" onClick={() => showAll(true)}>
          Show those of all {groups.length.toLocaleString('en')} tasks
        </button>
      )}
    </section>
  );
}
