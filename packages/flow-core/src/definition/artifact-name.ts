/** Names that no artifact can have: JavaScript's objects would lose them on the way to the next step. */
import { FlowError, type FlowErrorOptions } from './errors';

/**
 * @param who begins the sentence: `Step "train" returned`
 * @throws FlowError FLOW_ARTIFACT_NAME
 */
export function requireArtifactName(name: string, who: string, options?: FlowErrorOptions): void {
  // Half of a character cannot be written down.
  const half = /\p{Surrogate}/u.test(name);
  if (name !== '' && name !== '__proto__' && !half) return;
  const message = `${who} an artifact named ${half ? JSON.stringify(name) : `"${name}"`}, which no step could read: give it another name.`;
  throw new FlowError('FLOW_ARTIFACT_NAME', message, options);
}
