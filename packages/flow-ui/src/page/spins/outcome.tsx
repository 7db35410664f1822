/** What came of a spin: on its own page, and below the editor. */
import type { SpinDetail, SpunEntry } from '../../api/routes';
import { printedBy } from '../logic/log/heard';
import { pathTo } from '../logic/place';
import { changedText, factorText } from '../logic/spin-words';
import { countText } from '../logic/words';
import { CommandLine } from '../parts/copy';
import { LogView } from '../parts/log/log';
import { StatusMark } from '../parts/status-mark';
import { Duration, Time } from '../parts/times';
import { ChangeMark, Inside } from '../parts/value/change';
import { ErrorBox } from '../parts/value/error-box';
import { Values } from '../parts/value/values';
import { SpinCards } from './spin-cards';

export function SpinOutcome({ spin }: { spin: SpinDetail }) {
  const { n, status, durationMs, originMs, at, origin, failure, hints, artifacts, work, command } = spin;
  return (
    <>
      <div class="facts">
        <StatusMark status={status} />
        <span>
          <Duration ms={durationMs} since={status === 'running' ? at : undefined} />{' '}
          <span class="soft">{factorText(durationMs, originMs)}</span>
        </span>
        <Time at={at} />
        {origin === undefined ? (
          <span>on parameters alone</span>
        ) : (
          <span>
            on the inputs of <a href={pathTo(origin)}>{origin}</a>
          </span>
        )}
        {status === 'done' && origin !== undefined && (
          <span>against the origin: {changedText(spin.changed)}</span>
        )}
        {status === 'done' && spin.changedSince !== undefined && (
          <span>against the spin before: {changedText(spin.changedSince)}</span>
        )}
      </div>
      {hints.map((hint) => (
        <p key={hint} class="hint">
          {hint}
        </p>
      ))}
      {failure && <ErrorBox error={failure} source={spin.source} />}
      <SpinCards spin={spin} />
      {status !== 'running' && (
        <section>
          <h2>
            Artifacts <span class="soft">{countText(artifacts.length, 'artifact')}</span>
          </h2>
          <Values
            values={artifacts.map(shown)}
            request={({ name, ...entry }, path) =>
              'change' in entry && entry.change === 'gone'
                ? undefined
                : { value: { spin: n, name, ...(path ? { path } : {}) } }
            }
            none={status === 'done' ? 'It returned none.' : 'It ended before it returned any.'}
          />
        </section>
      )}
      <section>
        <h2>Log</h2>
        <LogView
          key={n}
          path={`/api/spins/${n}/log`}
          grows={(message) =>
            (message.type === 'event' && message.work === work) ||
            (message.type === 'spin' && message.spin.n === n)
          }
          heard={(message) => printedBy(work, message)}
          name={`spin-${n}.log`}
        />
      </section>
      <CommandLine command={command} />
    </>
  );
}

function shown(entry: SpunEntry) {
  const { change, inside, since, sinceInside } = entry;
  return {
    ...entry,
    mark: (
      <>
        <ChangeMark change={change} than="the origin" />
        {since !== undefined && since !== change && (
          <span class="soft since">
            since the spin before: <ChangeMark change={since} than="the spin before" />
          </span>
        )}
      </>
    ),
    more: (
      <>
        <Inside lines={inside} title="Against the origin" />
        <Inside lines={sinceInside} title="Against the spin before" />
      </>
    ),
  };
}
