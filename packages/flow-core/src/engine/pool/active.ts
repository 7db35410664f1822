/** The tasks that a worker is at: one, or several of one step together. */
import type { Scope } from './worker-scope';

export class Active {
  readonly #scopes = new Set<Scope>();
  #common: Scope | undefined;

  /** What its code belongs to where nobody knows better: the one task, or the step of several. */
  get usual(): Scope | undefined {
    if (this.#common) return this.#common;
    for (const scope of this.#scopes) return scope;
    return undefined;
  }

  get size(): number {
    return this.#scopes.size;
  }

  /** A task begins. @param fail for several together: what fails all of them. Returns whether it is the first of these. */
  add(scope: Scope, fail?: (error: unknown) => void): boolean {
    const isFirst = this.#scopes.size === 0;
    this.#scopes.add(scope);
    if (isFirst && fail) this.#common = { step: scope.step, task: '', fail };
    return isFirst;
  }

  /** It has ended. Returns what of several is common to them, when it was the last one. */
  remove(scope: Scope): Scope | undefined {
    this.#scopes.delete(scope);
    if (this.#scopes.size > 0 || !this.#common) return undefined;
    const common = this.#common;
    this.#common = undefined;
    common.ended = true;
    common.fail = undefined;
    return common;
  }

  /** Fails all that are under way. */
  failAll(error: () => unknown): void {
    for (const { fail } of [...this.#scopes]) fail?.(error());
  }
}
