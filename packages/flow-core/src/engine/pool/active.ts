/** The tasks that a worker is at: one, or several of one step together. */
import type { Scope } from './worker-scope';

export class Active {
  /** Oldest first. */
  readonly #scopes: Scope[] = [];
  #common: Scope | undefined;

  /** What its code belongs to where nobody knows better: the one task, or the step of several. */
  get usual(): Scope | undefined {
    return this.#common ?? this.#scopes[0];
  }

  get size(): number {
    return this.#scopes.length;
  }

  /** A task begins. @param fail for several together: what fails all of them. Returns whether it is the first of these. */
  add(scope: Scope, fail?: (error: unknown) => void): boolean {
    const isFirst = this.#scopes.push(scope) === 1;
    if (isFirst && fail) this.#common = { step: scope.step, task: '', fail };
    return isFirst;
  }

  /** It has ended. Returns what of several is common to them, when it was the last one. */
  remove(scope: Scope): Scope | undefined {
    const at = this.#scopes.indexOf(scope);
    if (at >= 0) this.#scopes.splice(at, 1);
    if (this.#scopes.length > 0 || !this.#common) return undefined;
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
