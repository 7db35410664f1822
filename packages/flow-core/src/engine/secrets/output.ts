/** What a step prints, and what is told of it, without its secrets. */
import type { Graph } from '../../definition/graph';
import type { Emit, FlowEvent } from '../task/flow-event';
import type { TaskLog } from '../task/task';
import type { MaskedStream } from './masker';
import { type Secrets, secretsFor } from './secrets';

export interface MaskedOutput {
  log: TaskLog;
  /** Gives what is held back: the task prints no more. */
  end(): void;
}

/** What one task prints comes to `log` masked, however it was cut. */
export function maskedOutput(secrets: Secrets, log: TaskLog): MaskedOutput {
  const streams = new Map<'stdout' | 'stderr', MaskedStream>();
  return {
    log(stream, text) {
      const known = streams.get(stream) ?? secrets.stream();
      streams.set(stream, known);
      const shown = known.write(text);
      if (shown !== '') log(stream, shown);
    },
    end() {
      for (const [stream, known] of streams) {
        const shown = known.end();
        if (shown !== '') log(stream, shown);
      }
    },
  };
}

/** What tasks print is masked already, piece by piece. */
export function maskedEvents(secrets: Secrets, emit: Emit): Emit {
  return (event: FlowEvent) => emit(event.type === 'task-log' ? event : secrets.maskIn(event));
}

/** What a spin hides of the secrets of its flow. @param needed steps that are executed here @throws FlowError FLOW_SECRET for one of these that is not there */
export function hiding(graph: Graph, needed: readonly string[]) {
  const secrets = secretsFor(graph, new Set(needed));
  return {
    output: (log: TaskLog) => maskedOutput(secrets, log),
    events: (emit: Emit) => maskedEvents(secrets, emit),
    maskIn: secrets.maskIn,
  };
}
