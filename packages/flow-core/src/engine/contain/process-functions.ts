/**
 * Stands between a task and the functions of `process` that change it for others, or talk to the process that started it.
 * Without a channel to that one, `send` and `disconnect` are undefined.
 */
import { replaceFunctions } from '../../process/replace-functions';

/**
 * Whoever started this process hears nothing of what a task sends.
 * @param ours whether a call is a task's
 */
export function guardTalk(ours: () => boolean): () => void {
  return replaceFunctions({
    send:
      (real) =>
      (...args) => {
        if (!ours()) return real?.apply(process, args);
        const sent = args.find((arg) => typeof arg === 'function') as ((error: null) => void) | undefined;
        if (sent) process.nextTick(sent, null);
        return true;
      },
    disconnect: (real) => () => {
      if (!ours()) real?.apply(process, []);
    },
    // Else an error of the task would be heard by it alone, and the next task's, too.
    setUncaughtExceptionCaptureCallback:
      (real) =>
      (...callback) => {
        if (!ours()) real?.apply(process, callback);
      },
    // Else the lines of errors are those of the compiled text.
    setSourceMapsEnabled:
      (real) =>
      (...enabled) => {
        if (enabled[0] === true || !ours()) real?.apply(process, enabled);
      },
  });
}

/** Notes that the umask is changed: to ask for it takes two calls of the system. */
export function noteUmask(changed: () => void): () => void {
  return replaceFunctions({
    umask:
      (real) =>
      (...mask) => {
        if (mask[0] !== undefined) changed();
        return real?.apply(process, mask);
      },
  });
}
