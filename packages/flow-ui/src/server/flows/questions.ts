/** What flows' files say when they are imported: their forms, and the inputs of their steps. Each answer costs a process. */
import { statSync } from 'node:fs';
import { askFlow, type FlowAnswers, type FlowQuestion, type OrphanGuard } from '@nx-flow/core/ui';
import type { Reader } from '../read/reader';
import { Asked, type Work } from './asked';
import { requireFile } from './files';

export interface QuestionsPlace {
  workspace: string;
  cwd: string;
  /** Whether `.env` files are loaded. */
  env: boolean;
  reader: Pick<Reader, 'folder'>;
  guard: OrphanGuard;
}

export class Questions {
  readonly #place: QuestionsPlace;
  readonly #ask: typeof askFlow;
  readonly #asked = new Asked();

  constructor(place: QuestionsPlace, ask = askFlow) {
    this.#place = place;
    this.#ask = ask;
  }

  /**
   * @param signal of the request: the process ends when all who asked the same have gone
   * @throws FlowError FLOW_NOT_FOUND where the workspace has no such flow, or several, and what importing it throws
   */
  async ask<Q extends FlowQuestion>(
    flow: string,
    question: Q,
    signal: AbortSignal,
  ): Promise<FlowAnswers[Q['ask']]> {
    const { workspace, cwd, env, reader, guard } = this.#place;
    const file = await requireFile({ workspace }, flow);
    const place = { workspace, cwd, env, flow, file, store: reader.folder };
    const work: Work<FlowAnswers[Q['ask']]> = (end) => this.#ask(place, question, { guard, signal: end });
    return this.#asked.join(JSON.stringify([file, stateOf(file), question]), work, signal);
  }

  /** Resolves when none of their processes is left. */
  close(): Promise<void> {
    return this.#asked.close();
  }
}

/** Who asks after a file was saved gets no answer of before. */
function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : '';
}
