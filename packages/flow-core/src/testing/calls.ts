/** What a runner has under way: it ends with the runner. */
import { FlowError } from '../definition/errors';

export interface Call {
  /** Aborted with FLOW_DISPOSED when the runner is disposed of. */
  readonly signal: AbortSignal;
  /** From now on the call ends when its work has ended, and what that changed is put back. @throws FlowError FLOW_DISPOSED */
  begin(): void;
}

export class Calls {
  readonly #underWay = new Map<Promise<unknown>, () => void>();

  /** @param what `The spin of "start"` */
  async during<T>(what: string, work: (call: Call) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const { signal } = abort;
    let disposed: FlowError | undefined;
    let waits = true;
    const begin = () => {
      if (disposed) throw disposed;
      waits = false;
    };
    let giveUp: (error: FlowError) => void = () => {};
    const ended = new Promise<T>((resolve, reject) => {
      giveUp = reject;
      work({ signal, begin }).then(resolve, reject);
    });
    this.#underWay.set(ended, () => {
      disposed = new FlowError('FLOW_DISPOSED', `${what} had not ended when its runner was disposed of.`, {
        exit: 1,
      });
      abort.abort(disposed);
      if (waits) giveUp(disposed);
    });
    try {
      const result = await ended;
      // Its end was brought about: that is no result.
      if (disposed) throw disposed;
      return result;
    } catch (error) {
      throw disposed ?? error;
    } finally {
      this.#underWay.delete(ended);
    }
  }

  /** Resolves when all that is under way has ended. */
  async end(): Promise<void> {
    const all = [...this.#underWay];
    for (const [, dispose] of all) dispose();
    await Promise.allSettled(all.map(([ended]) => ended));
  }
}
