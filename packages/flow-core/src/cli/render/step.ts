/** One step of a task graph on screen: its tasks as in a run, then what it hands over. */
import type { Graph } from '../../definition/graph';
import type { FlowEvent } from '../../engine/events';
import type { StepOutcome } from '../../engine/handover/step';
import type { Output } from './output';
import { runRenderer } from './run';
import { duration, plural } from './table';

export interface StepRenderer {
  emit(event: FlowEvent): void;
  end(outcome: StepOutcome, folder: string): void;
}

export function stepRenderer(graph: Graph, step: string, output: Output, cwd: string): StepRenderer {
  const { colors } = output;
  const run = runRenderer(graph, output, cwd, false);
  return {
    emit(event) {
      // What was taken over is what other targets did and told.
      if (event.type === 'run-started') output.write(`${colors.bold(`${graph.flow}/${step}`)}\n`);
      else if (event.type !== 'tasks-taken') run.emit(event);
    },
    end(result, folder) {
      const { outcome, seen } = result;
      if (outcome.status === 'failed') return run.failed(outcome);
      const time = duration(outcome.durationMs);
      if (!seen?.taken) {
        output.write(`${colors.yellow('–')} not taken: a switch before it went another way\n`);
        return;
      }
      const names = [...new Set(seen.tasks.flatMap(({ artifacts }) => artifacts.map(([name]) => name)))];
      output.write(
        `\n${colors.green('done')} in ${time}: ${plural(seen.tasks.length, 'task')}, ${plural(names.length, 'artifact')} handed on in ${folder}\n`,
      );
    },
  };
}
