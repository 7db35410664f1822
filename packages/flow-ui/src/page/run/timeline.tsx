/**
 * The timeline of a run on a canvas: lanes are workers. One points at a task, or moves between tasks by the arrow keys, to be told
 * what it is; a click or Enter opens it. Dragging moves a part that was zoomed into, Ctrl and the wheel zoom.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunReply, TasksReply } from '../../api/routes';
import { type Bar, barAt, laneOf, lanesOf, nextBar } from '../logic/lanes';
import { moved, type Range, zoomed } from '../logic/scale';
import { statusWord } from '../logic/statuses';
import { taskName } from '../logic/task-rows';
import { countText, durationText } from '../logic/words';
import { useNow } from '../shell/clock';
import { go } from '../shell/router';
import { AXIS, draw, laneHeight } from './draw-timeline';
import { useSize } from './use-size';

interface Props {
  run: RunReply;
  tasks: TasksReply;
  step: string | undefined;
}

export function Timeline({ run, tasks, step }: Props) {
  const lanes = useMemo(() => lanesOf(tasks), [tasks]);
  const now = useNow(run.status === 'running') - run.startedAt;
  const whole: Range = { from: 0, to: Math.max(run.status === 'running' ? now : lanes.last, lanes.last, 1) };
  const [zoom, setZoom] = useState<Range>();
  const range = zoom ?? whole;
  const [at, point] = useState<{ bar: Bar; x: number; y: number }>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; range: Range; far: boolean } | undefined>(undefined);
  const { width, scheme } = useSize(canvas);
  const row = laneHeight(lanes.lanes.length);
  const height = AXIS + Math.max(1, lanes.lanes.length) * row;
  useEffect(() => {
    if (canvas.current && width > 0)
      draw(canvas.current, { lanes, tasks, range, now: whole.to, step, at: at?.bar, width, height, row });
  }, [lanes, range.from, range.to, step, at?.bar, width, height, scheme]);
  useEffect(() => {
    const target = canvas.current;
    // Only a listener that is not passive may keep the page from zooming.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const share = event.offsetX / (target?.clientWidth ?? 1);
      setZoom((before = whole) =>
        narrowed(
          zoomed(
            before,
            before.from + share * (before.to - before.from),
            event.deltaY < 0 ? 0.8 : 1.25,
            whole,
          ),
          whole,
        ),
      );
    };
    target?.addEventListener('wheel', wheel, { passive: false });
    return () => target?.removeEventListener('wheel', wheel);
  }, [whole.to]);
  if (lanes.lanes.length === 0) return null;

  const perPixel = (range.to - range.from) / Math.max(width, 1);
  const find = (x: number, y: number) => {
    const lane = Math.floor((y - AXIS) / row);
    return lane < 0 ? undefined : barAt(lanes, lane, range.from + x * perPixel, 3 * perPixel);
  };
  const hover = (event: PointerEvent) => {
    const began = drag.current;
    if (began && zoom && Math.abs(event.offsetX - began.x) > 3) {
      began.far = true;
      setZoom(moved(began.range, (began.x - event.offsetX) * perPixel, whole));
    }
    const bar = find(event.offsetX, event.offsetY);
    point(bar && { bar, x: event.offsetX, y: event.offsetY });
  };
  const open = (bar: Bar | undefined) => {
    if (!bar) return;
    const { task } = bar;
    const name = tasks.steps[tasks.step[task] as number] as string;
    go(`/task/${encodeURIComponent(run.flow)}/${run.run}/${encodeURIComponent(name)}/${tasks.task[task]}`);
  };
  const zoomBy = (factor: number) =>
    setZoom(narrowed(zoomed(range, (range.from + range.to) / 2, factor, whole), whole));
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter') open(at?.bar);
    else if (event.key === '+' || event.key === '-') zoomBy(event.key === '+' ? 0.5 : 2);
    else {
      const bar = nextBar(lanes, at?.bar, event.key);
      if (!bar) return;
      const left = (bar.start - range.from) / perPixel;
      point({ bar, x: Math.min(Math.max(left, 0), width), y: AXIS + (laneOf(lanes, bar) + 0.5) * row });
    }
    event.preventDefault();
  };
  return (
    <section class="timeline" aria-label="Timeline">
      <header>
        <h2>Timeline</h2>
        <span class="soft">
          {countText(lanes.lanes.length, 'lane')}, {durationText(whole.to)}
        </span>
        <span class="zoom">
          <button type="button" class="quiet" aria-label="Zoom in" onClick={() => zoomBy(0.5)}>
            +
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="Zoom out"
            disabled={!zoom}
            onClick={() => zoomBy(2)}
          >
            −
          </button>
          <button type="button" class="quiet" disabled={!zoom} onClick={() => setZoom(undefined)}>
            All
          </button>
        </span>
      </header>
      <div class="scroll">
        <canvas
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label="Tasks in time. Arrow keys move between tasks, Enter opens one. The list below has the same tasks."
          style={{ height: `${height}px`, cursor: at ? 'pointer' : zoom ? 'grab' : 'default' }}
          onPointerMove={hover}
          onPointerDown={(event) => {
            drag.current = { x: event.offsetX, range, far: false };
          }}
          onPointerUp={(event) => {
            const was = drag.current;
            drag.current = undefined;
            if (was && !was.far) open(find(event.offsetX, event.offsetY));
          }}
          onPointerLeave={() => {
            drag.current = undefined;
            point(undefined);
          }}
          onBlur={() => point(undefined)}
          onKeyDown={keys}
        />
        {at && (
          <div class={`tip ${at.x > width / 2 ? 'left' : ''}`} style={beside(canvas.current, at)}>
            <Tip tasks={tasks} bar={at.bar} now={now} />
          </div>
        )}
      </div>
      <div class="unseen" aria-live="polite">
        {at && <Tip tasks={tasks} bar={at.bar} now={now} />}
      </div>
    </section>
  );
}

/** Above all else: what scrolls would cut it off. */
function beside(canvas: HTMLElement | null, { x, y }: { x: number; y: number }) {
  const { left = 0, top = 0 } = canvas?.getBoundingClientRect() ?? {};
  return { left: `${left + x}px`, top: `${top + y}px` };
}

/** The whole is no zoom: it grows while the run goes on. */
function narrowed(range: Range, whole: Range): Range | undefined {
  return range.to - range.from >= whole.to - whole.from ? undefined : range;
}

function Tip({ tasks, bar, now }: { tasks: TasksReply; bar: Bar; now: number }) {
  const { task, attempt, again, start, end } = bar;
  const several = (tasks.attempts[task] ?? 1) > 1;
  return (
    <>
      <b>{taskName(tasks, task)}</b> {several && `attempt ${attempt} `}
      {again ? 'failed, was tried again' : statusWord(tasks.status[task])},{' '}
      {durationText(Math.min(end, now) - start)}
      {!again && tasks.errors[task] !== undefined && <div class="bad">{tasks.errors[task]}</div>}
    </>
  );
}
