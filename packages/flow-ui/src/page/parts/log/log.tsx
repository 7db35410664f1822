/** A log: 100,000 lines of it are drawn as those that are in sight. It can be searched, followed and saved. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Message } from '../../../api/messages';
import { plain } from '../../logic/log/ansi';
import { find, nextOf } from '../../logic/log/find';
import type { Piece } from '../../logic/log/lines';
import { countText } from '../../logic/words';
import { useKeys } from '../../shell/keys';
import { ErrorNote } from '../notes';
import { type LinesHandle, LogLines } from './log-lines';
import { save } from './save';
import { useLog } from './use-log';

interface Props {
  path: string;
  grows(message: Message): boolean;
  /** What a message itself says of the log. */
  heard?(message: Message): Piece | undefined;
  /** Of the file that it is saved as. */
  name: string;
}

export function LogView({ path, grows, heard, name }: Props) {
  const { lines, ended, asked, problem } = useLog(path, grows, heard);
  const [sought, seek] = useState('');
  const [streams, setStreams] = useState<'both' | 'stdout' | 'stderr'>('both');
  const [follows, setFollows] = useState(true);
  const [current, setCurrent] = useState(-1);
  const view = useRef<LinesHandle>(null);
  const field = useRef<HTMLInputElement>(null);
  const count = lines.length;
  const shown = useMemo(
    () => (streams === 'both' ? lines : lines.filter(({ stream }) => stream === streams)),
    [lines, count, streams],
  );
  const found = useMemo(() => find(shown, sought), [shown, shown.length, sought]);
  const hasErrors = useMemo(() => lines.some(({ stream }) => stream === 'stderr'), [lines, count]);
  useEffect(() => {
    if (follows) view.current?.toEnd();
  }, [follows, shown.length, streams]);

  const show = (line: number | undefined) => {
    if (line === undefined) return;
    setFollows(false);
    setCurrent(line);
    view.current?.to(line);
  };
  const move = (direction: 1 | -1) => show(nextOf(found, current, direction));
  useKeys({
    l: () => field.current?.focus(),
    ...(sought === '' ? {} : { n: () => move(1), N: () => move(-1) }),
  });

  return (
    <div class="log-view">
      <div class="tools">
        <input
          ref={field}
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={sought}
          onInput={({ currentTarget }) => {
            seek(currentTarget.value);
            const first = find(shown, currentTarget.value)[0];
            if (first !== undefined) show(first);
            else setCurrent(-1);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            move(event.shiftKey ? -1 : 1);
          }}
        />
        {sought !== '' && (
          <span class="found">
            <span role="status">
              {found.length === 0
                ? 'not found'
                : `${found.indexOf(current) + 1} of ${found.length.toLocaleString('en')}`}
            </span>
            <button
              type="button"
              aria-label="Line before"
              disabled={found.length === 0}
              onClick={() => move(-1)}
            >
              ↑
            </button>
            <button
              type="button"
              aria-label="Next line"
              disabled={found.length === 0}
              onClick={() => move(1)}
            >
              ↓
            </button>
          </span>
        )}
        {hasErrors && (
          <select
            aria-label="Streams"
            value={streams}
            onChange={({ currentTarget }) => setStreams(currentTarget.value as typeof streams)}
          >
            <option value="both">stdout and stderr</option>
            <option value="stdout">stdout</option>
            <option value="stderr">stderr</option>
          </select>
        )}
        <span class="spring" />
        <span class="soft">{asked ? countText(count, 'line') : ''}</span>
        {!ended && (
          <label class="check">
            <input type="checkbox" checked={follows} onChange={() => setFollows(!follows)} /> Follow
          </label>
        )}
        <button
          type="button"
          disabled={count === 0}
          onClick={() =>
            save(
              name,
              lines.map(({ text }) => `${plain(text)}\n`),
            )
          }
        >
          Download
        </button>
      </div>
      {problem !== undefined && <ErrorNote message={problem} />}
      {count === 0 ? (
        <p class="soft">{asked ? (ended ? 'It wrote nothing.' : 'It has written nothing yet.') : ''}</p>
      ) : (
        <LogLines
          handle={view}
          lines={shown}
          sought={sought}
          current={current}
          onScrollUp={() => setFollows(false)}
        />
      )}
    </div>
  );
}
