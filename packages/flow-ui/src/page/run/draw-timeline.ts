/** Draws a timeline on a canvas: what is in sight of each lane, and nothing that would be less than half a pixel from the last. */
import type { TasksReply } from '../../api/routes';
import type { Lanes } from '../logic/lanes';
import { marks, markText, type Range } from '../logic/scale';
import { statusWord } from '../logic/statuses';
import { taskName } from '../logic/task-rows';

/** Pixels above the lanes. */
export const AXIS = 20;

/** Pixels of a lane: fewer where there are many. */
export function laneHeight(lanes: number): number {
  return lanes <= 12 ? 20 : lanes <= 30 ? 12 : lanes <= 80 ? 6 : 3;
}

export interface Drawing {
  lanes: Lanes;
  tasks: TasksReply;
  range: Range;
  /** Where what goes on ends. */
  now: number;
  /** The others are pale. */
  step: string | undefined;
  /** The task that one points at. */
  at: number | undefined;
  width: number;
  height: number;
  row: number;
}

export function draw(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { width, height } = drawing;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(ratio, ratio);
  const colours = coloursOf(canvas);
  drawAxis(pen, drawing, colours);
  for (let lane = 0; lane < drawing.lanes.lanes.length; lane++) drawLane(pen, drawing, colours, lane);
}

type Colours = Readonly<Record<string, string>>;

function coloursOf(canvas: HTMLElement): Colours {
  const style = getComputedStyle(canvas);
  const names = ['fg', 'bg', 'soft', 'line', 'task', 'task-text', 'good', 'bad', 'warn', 'link'];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

function drawAxis(pen: CanvasRenderingContext2D, { range, width, height }: Drawing, colours: Colours): void {
  pen.font = '11px system-ui, sans-serif';
  pen.textBaseline = 'middle';
  for (const mark of marks(range, width)) {
    const x = Math.round(((mark - range.from) / (range.to - range.from)) * width) + 0.5;
    pen.strokeStyle = colours.line as string;
    pen.beginPath();
    pen.moveTo(x, AXIS - 5);
    pen.lineTo(x, height);
    pen.stroke();
    pen.fillStyle = colours.soft as string;
    const text = markText(mark);
    pen.fillText(text, Math.min(x + 3, width - pen.measureText(text).width), 8);
  }
}

/** Statuses whose tasks are drawn even where they hide others. */
const LOUD = new Set(['failed', 'caught']);

function drawLane(pen: CanvasRenderingContext2D, drawing: Drawing, colours: Colours, lane: number): void {
  const { lanes, tasks, range, now, step, at, width, row } = drawing;
  const wanted = step === undefined ? -1 : tasks.steps.indexOf(step);
  const scale = width / (range.to - range.from);
  const y = AXIS + lane * row;
  let covered = Number.NEGATIVE_INFINITY;
  for (const i of lanes.lanes[lane] ?? []) {
    const [start, end] = [
      lanes.start[i] as number,
      Math.min(lanes.end[i] as number, Math.max(now, lanes.start[i] as number)),
    ];
    if (end < range.from) continue;
    if (start > range.to) break;
    const left = Math.max((start - range.from) * scale, -2);
    const right = Math.min((end - range.from) * scale, width + 2);
    const status = statusWord(tasks.status[i]);
    if (right < covered + 0.5 && !LOUD.has(status) && i !== at) continue;
    covered = Math.max(right, left + 1);
    const bar: Bar = {
      left,
      width: Math.max(right - left, 1),
      y: y + (row > 4 ? 1 : 0),
      height: row > 4 ? row - 2 : row - 0.5,
    };
    pen.globalAlpha = wanted >= 0 && tasks.step[i] !== wanted ? 0.25 : 1;
    drawBar(pen, bar, status, colours);
    for (const [from, took] of pairs(tasks.tries?.[i]))
      drawTry(pen, bar, (from - range.from) * scale, took * scale, colours);
    if (i === at) {
      pen.strokeStyle = colours.fg as string;
      pen.lineWidth = 2;
      pen.strokeRect(bar.left, bar.y, Math.max(bar.width, 2), bar.height);
      pen.lineWidth = 1;
    }
    if (row >= 20 && bar.width > 50) drawName(pen, bar, taskName(tasks, i), status, colours);
  }
  pen.globalAlpha = 1;
}

interface Bar {
  left: number;
  width: number;
  y: number;
  height: number;
}

const FILLS: Readonly<Record<string, string>> = {
  done: 'task',
  running: 'link',
  failed: 'bad',
  caught: 'warn',
};

/** A failed one has a cross-line, and one that goes on an open end, so that the colour does not tell it alone. */
function drawBar(
  pen: CanvasRenderingContext2D,
  { left, width, y, height }: Bar,
  status: string,
  colours: Colours,
): void {
  pen.fillStyle = colours[FILLS[status] ?? 'task'] as string;
  pen.fillRect(left, y, width, height);
  if (width < 4 || height < 5) return;
  pen.fillStyle = colours.bg as string;
  if (status === 'running') pen.fillRect(left + width - 2, y + 2, 2, height - 4);
  // The end of a bar, so that the next one can be told from it.
  else pen.fillRect(left + width - 1, y, 1, height);
  if (status !== 'failed' && status !== 'caught') return;
  pen.strokeStyle = colours.bg as string;
  pen.beginPath();
  for (let x = left - height; x < left + width; x += 6) {
    pen.moveTo(Math.max(x, left), y + height - Math.max(0, left - x));
    pen.lineTo(Math.min(x + height, left + width), y + Math.max(0, x + height - left - width));
  }
  pen.globalAlpha *= 0.5;
  pen.stroke();
  pen.globalAlpha *= 2;
}

/** An attempt that failed, within the bar of its task: half as high, and a gap until the next. */
function drawTry(
  pen: CanvasRenderingContext2D,
  bar: Bar,
  left: number,
  width: number,
  colours: Colours,
): void {
  pen.fillStyle = colours.bg as string;
  pen.fillRect(left, bar.y, Math.max(width, 1.5) + 1, bar.height / 2);
  pen.fillStyle = colours.bad as string;
  pen.fillRect(left, bar.y, Math.max(width, 1.5), bar.height / 2 - 1);
}

function drawName(
  pen: CanvasRenderingContext2D,
  bar: Bar,
  name: string,
  status: string,
  colours: Colours,
): void {
  const [from, to] = [Math.max(bar.left, 0) + 5, bar.left + bar.width - 5];
  pen.save();
  pen.beginPath();
  pen.rect(from, bar.y, Math.max(0, to - from), bar.height);
  pen.clip();
  pen.fillStyle = (status === 'done' ? colours['task-text'] : colours.bg) as string;
  pen.fillText(name, from, bar.y + bar.height / 2 + 0.5);
  pen.restore();
}

function pairs(list: readonly number[] = []): [number, number][] {
  return Array.from({ length: list.length / 2 }, (_, i) => [
    list[2 * i] as number,
    list[2 * i + 1] as number,
  ]);
}
