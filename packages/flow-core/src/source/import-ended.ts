/** The end of an import that did not finish, where that is no error that its code threw. */

/** How an import ended that neither finished nor threw. */
export type Ending =
  | { how: 'left'; call: string }
  | { how: 'rejected'; thrown: unknown }
  | { how: 'threw'; thrown: unknown }
  | { how: 'stuck' }
  | { how: 'slow'; timeoutMs: number };

/** Its stack leads to the code that ended the import, if that was a call. */
export class ImportEnded extends Error {
  override readonly name = 'ImportEnded';
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending.how === 'left' ? `${ending.call} was called` : ending.how);
    this.ending = ending;
  }
}
