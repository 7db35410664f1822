/** The option `keep` of `spawn`, `exec`, `execFile` and `fork`, in the types of Node. */

/** An option of `spawn`, `exec`, `execFile` and `fork` of `node:child_process`. */
export interface KeepOption {
  /** nx-flow: this process stays when the step that starts it has ended. */
  keep?: boolean | undefined;
}

declare module 'child_process' {
  interface ProcessEnvOptions extends KeepOption {}
}
