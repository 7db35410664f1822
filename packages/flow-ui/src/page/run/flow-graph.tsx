/** The graph of a run: a node for each step with what became of its tasks. A click filters the tasks by that step. */
import { useMemo, useRef } from 'preact/hooks';
import type { RunReply } from '../../api/routes';
import { nodeStatus, type ShownNode, shownGraph } from '../logic/collapse';
import { listOf, toggled } from '../logic/filters';
import { layoutGraph } from '../logic/graph-layout';
import { durationText } from '../logic/words';
import { StatusMark } from '../parts/status-mark';
import { setQuery, usePlace } from '../shell/router';
import { useSteps } from '../shell/under-way';
import { useNarrow } from '../shell/use-narrow';
import { useSize } from './use-size';

/** A graph that is wider than the page is drawn smaller, so far that it can still be read; then it scrolls. */
const SMALLEST = 0.7;
/** Of the frame around it, in pixels. */
const PADDING = 7;

export function FlowGraph({
  run,
  step,
  onStep,
}: {
  run: RunReply;
  step: string | undefined;
  onStep: (step: string | undefined) => void;
}) {
  const fold = usePlace().query.get('fold') ?? '';
  const down = useNarrow();
  const going = useSteps(run.pathspec, run.status === 'running') ?? run.current ?? [];
  const shown = shownGraph(run.graph, new Set(listOf(fold)));
  // Counts change all the time, and move nothing.
  const form = JSON.stringify([shown.nodes.map(({ name, inside }) => [name, inside]), shown.edges, down]);
  const at = useMemo(() => layoutGraph(shown, down), [form]);
  const scroll = useRef<HTMLDivElement>(null);
  const { width } = useSize(scroll);
  const scale = width > 0 ? Math.min(1, Math.max(SMALLEST, (width - 2 * PADDING) / at.width)) : 1;
  const toggle = (name: string) => setQuery({ fold: toggled(fold, name) || undefined });
  return (
    <section class="graph" aria-label="Graph">
      <div ref={scroll} class="scroll">
        <div class="fit" style={{ width: `${at.width * scale}px`, height: `${at.height * scale}px` }}>
          <div
            class="canvas"
            style={{ width: `${at.width}px`, height: `${at.height}px`, transform: `scale(${scale})` }}
          >
            {at.groups.map(({ name, x, y, width, height }) => (
              <div key={name} class="group" style={place(x, y, width, height)}>
                <button type="button" class="quiet" title="Fold" onClick={() => toggle(name)}>
                  ▾ for each {name}
                </button>
              </div>
            ))}
            <svg width={at.width} height={at.height} aria-hidden="true">
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0 0L8 4L0 8z" />
              </marker>
              {at.edges.map(({ from, to, path }) => (
                <path key={`${from} ${to}`} class="edge" d={path} marker-end="url(#arrow)" />
              ))}
            </svg>
            {shown.nodes.map((node) => {
              const box = at.nodes.get(node.name);
              return (
                box && (
                  <Node
                    key={node.name}
                    node={node}
                    ended={run.status !== 'running'}
                    going={run.status === 'running' && node.steps.some((name) => going.includes(name))}
                    style={place(box.x, box.y, box.width, box.height)}
                    chosen={step !== undefined && node.steps.includes(step)}
                    onClick={() => (node.folded ? toggle(node.name) : onStep(node.name))}
                  />
                )
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}

const place = (x: number, y: number, width: number, height: number) => ({
  left: `${x}px`,
  top: `${y}px`,
  width: `${width}px`,
  height: `${height}px`,
});

function Node({
  node,
  ended,
  going,
  style,
  chosen,
  onClick,
}: {
  node: ShownNode;
  /** The run has ended: what has not begun was not reached. */
  ended: boolean;
  /** Its tasks are being executed, even if none is at this moment. */
  going: boolean;
  style: Record<string, string>;
  chosen: boolean;
  onClick: () => void;
}) {
  const { name, kind, folded, steps, tasks, durationMs } = node;
  const status = going && tasks.failed === 0 ? 'running' : nodeStatus(tasks, ended);
  const many = folded || kind === 'foreach' || node.inside.length > 0;
  return (
    <button
      type="button"
      class={`node ${tasks.total === 0 && !going ? 'waiting' : status} ${many ? 'many' : ''}`}
      style={style}
      aria-pressed={folded ? undefined : chosen}
      aria-expanded={folded ? false : undefined}
      title={folded ? `for each ${name}: ${steps.join(', ')}` : `${name}, ${kind}`}
      onClick={onClick}
    >
      <span class="name">
        <StatusMark status={status === 'waiting' && ended ? 'not reached' : status} word={false} />
        <b>{folded ? `▸ ${name} +${steps.length - 1}` : name}</b>
      </span>
      <span class="told">
        <span>{toldOf(tasks, kind, ended)}</span>
        {tasks.total > tasks.running && <span class="number">{durationText(durationMs)}</span>}
      </span>
      {tasks.total > 1 && <Shares tasks={tasks} />}
    </button>
  );
}

/** Many tasks: how many, and of which state there are any that matter. One task: the kind of its step. */
function toldOf(
  { total, failed, running, caught }: ShownNode['tasks'],
  kind: string,
  ended: boolean,
): string {
  if (total === 0) return ended ? 'not reached' : 'not begun';
  if (total === 1) return kind;
  const parts = [failed && `${failed} failed`, running && `${running} running`, caught && `${caught} caught`];
  return [`×${total.toLocaleString('en')}`, ...parts.filter(Boolean)].join(', ');
}

/** A strip that says which share of the tasks is in which state; the text above says the same. */
function Shares({ tasks: { total, done, failed, running, caught } }: { tasks: ShownNode['tasks'] }) {
  const shares = { failed, caught, running, done: done - caught };
  return (
    <span class="shares" aria-hidden="true">
      {Object.entries(shares).map(
        ([status, count]) =>
          count > 0 && <i key={status} class={status} style={{ width: `${(100 * count) / total}%` }} />,
      )}
    </span>
  );
}
