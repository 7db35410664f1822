/** The variable by which the processes of a task are known; `keep` in those that are to stay. */
export const MARK = 'NX_FLOW_TASK';
export const KEEP = 'keep';
