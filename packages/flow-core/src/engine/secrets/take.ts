/** What a task returns is looked at before it is kept: an artifact that holds a secret is refused. */
import { types } from 'node:util';
import { isBuiltInId } from '../../definition/codec';
import { isFile } from '../../store/cas/file';
import type { Taken } from '../../store/values/artifacts';
import type { TaskArtifacts } from '../task/execution';
import type { Secrets } from './secrets';

/** @param take reads what a task returned @returns the same, which throws FlowError FLOW_SECRET_ARTIFACT */
export function takeWithout(secrets: Secrets, take: TaskArtifacts['take']): TaskArtifacts['take'] {
  return (name, value) => {
    secrets.refuse('The name of an artifact', name);
    const taken = take(name, value);
    return types.isPromise(taken) ? taken.then((read) => looked(name, read)) : looked(name, taken);
  };

  function looked(name: string, taken: Taken): Taken {
    const what = `The artifact ${name}`;
    const { read, bytes } = taken;
    if (isFile(read)) {
      secrets.refuse(`The file name of the artifact ${name}`, read.name);
      return { ...taken, keep: () => taken.keep(secrets.look(what, `the file ${read.name} holds`)) };
    }
    // It may be the name of a class that the step made.
    secrets.refuse(`The type of the artifact ${name}`, taken.type);
    if (isBuiltInId(taken.codec)) {
      secrets.refuse(what, read);
      return taken;
    }
    const look = secrets.look(what, `the bytes that its codec "${taken.codec}" gave hold`);
    if (!bytes) return { ...taken, keep: () => taken.keep(look) };
    look(bytes);
    return taken;
  }
}
