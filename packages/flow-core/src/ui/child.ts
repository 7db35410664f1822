/** The program that imports a flow for the page, answers one question, and ends. */
import { FlowError, isFlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { messageOf } from '../definition/thrown';
import { channelToParent } from '../process/channel';
import { exitNow } from '../process/ending';
import { EnvFiles } from '../session/env';
import { loadPlaceFlow } from '../session/place';
import { openStore } from '../store/open';
import type { FlowPlace, FlowQuestion, FromFlowChild } from './questions';

/** @param answered called when it has answered */
export function main(answered: () => void): void {
  const place = JSON.parse(process.argv[2] as string) as FlowPlace;
  const channel = channelToParent<FlowQuestion, FromFlowChild>({
    message: (question) => void reply(question),
    // The server has ended.
    closed: () => exitNow(1),
  });

  async function reply(question: FlowQuestion): Promise<void> {
    let mask = <T>(data: T): T => data;
    try {
      const { flow, workspace, file } = place;
      const env = place.env ? { env: new EnvFiles({ kind: 'spin' }, () => {}) } : {};
      const graph = await loadPlaceFlow({ flow, workspace, ...env }, file);
      if (graph.secrets) mask = (await import('../engine/secrets/secrets')).secretsOf(graph).maskIn;
      channel.send({ type: 'answer', answer: mask(await answer(graph, question, place)) }, answered);
    } catch (thrown) {
      const error = isFlowError(thrown) ? thrown : new FlowError('FLOW_INTERNAL', messageOf(thrown));
      channel.send({ type: 'refused', ...mask({ code: error.code, message: error.message }) });
    }
  }
}

async function answer(graph: Graph, question: FlowQuestion, place: FlowPlace): Promise<unknown> {
  if (question.ask === 'flow') return (await import('./form')).flowForm(graph);
  const store = openStore(place.store);
  try {
    if (question.ask === 'inputs')
      return await (await import('./inputs')).findInputs(graph, store, question.choice);
    return await (await import('./value')).valueCard(graph, store, question.at, question.path);
  } finally {
    await store.close();
  }
}
