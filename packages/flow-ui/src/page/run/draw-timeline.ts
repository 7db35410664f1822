/** Draws a timeline on a canvas: what is in sight of each lane, and nothing that would be less than half a pixel from the last. */
import type { TasksReply } from '../../api/routes';
import { type Bar, isSame, type Lanes } from '../logic/lanes';
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
  /** The one that one points at. */
  at: Bar | undefined;
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
  const [y, height] = row > 4 ? [AXIS + lane * row + 1, row - 2] : [AXIS + lane * row, row - 0.5];
  let covered = Number.NEGATIVE_INFINITY;
  for (const bar of lanes.lanes[lane] ?? []) {
    const { task, start, again } = bar;
    const end = Math.min(bar.end, Math.max(now, start));
    if (end < range.from) continue;
    if (start > range.to) break;
    const left = Math.max((start - range.from) * scale, -2);
    const right = Math.min((end - range.from) * scale, width + 2);
    const status = again ? 'failed' : statusWord(tasks.status[task]);
    const pointed = isSame(bar, at);
    if (right < covered + 0.5 && !LOUD.has(status) && !pointed) continue;
    covered = Math.max(right, left + 1);
    const box: Box = { left, width: Math.max(right - left, 1), y, height };
    pen.globalAlpha = wanted >= 0 && tasks.step[task] !== wanted ? 0.25 : 1;
    drawBar(pen, box, again ? 'again' : status, colours);
    if (pointed) {
      pen.strokeStyle = colours.fg as string;
      pen.lineWidth = 2;
      pen.strokeRect(left, y, Math.max(box.width, 2), height);
      pen.lineWidth = 1;
    }
    if (row >= 20 && box.width > 50)
      drawName(pen, box, taskName(tasks, task), again ? 'again' : status, colours);
  }
  pen.globalAlpha = 1;
}

interface Box {
  left: number;
  width: number;
  y: number;
  height: number;
}

const FILLS: Readonly<Record<string, string>> = {
  done: 'task',
  running: 'link',
  failed: 'bad',
  again: 'bad',
  caught: 'warn',
};

/** A failed one has a cross-line, one that goes on an open end, and one that was tried again is hollow, so that the colour does not tell it alone. */
function drawBar(
  pen: CanvasRenderingContext2D,
  { left, width, y, height }: Box,
  status: string,
  colours: Colours,
): void {
  pen.fillStyle = colours[FILLS[status] ?? 'task'] as string;
  pen.fillRect(left, y, width, height);
  if (width < 4 || height < 5) return;
  if (status === 'again') {
    pen.fillStyle = colours.bg as string;
    pen.fillRect(left + 1, y + 1, width - 3, height - 2);
    pen.fillRect(left + width - 1, y, 1, height);
    return;
  }
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

function drawName(
  pen: CanvasRenderingContext2D,
  bar: Box,
  name: string,
  status: string,
  colours: Colours,
): void {
  const [from, to] = [Math.max(bar.left, 0) + 5, bar.left + bar.width - 5];
  pen.save();
  pen.beginPath();
  pen.rect(from, bar.y, Math.max(0, to - from), bar.height);
  pen.clip();
  pen.fillStyle = (
    status === 'done' ? colours['task-text'] : status === 'again' ? colours.bad : colours.bg
  ) as string;
  pen.fillText(name, from, bar.y + bar.height / 2 + 0.5);
  pen.restore();
}
