/** Sequences of misbehaviours by which a defect was found, each with what was wrong. They are replayed first. */
export const FOUND: readonly (readonly string[])[] = [
  // A task that was given ahead began in a process whose built-in functions were patched.
  ['patched promises', 'another environment'],
  // Listeners by which Node notices listeners were lost, so that the process ended.
  ['no listeners any more', 'messages to the parent'],
  // The command ended with 0 while it wrote what the step had returned.
  ['a late exit', 'an exit code'],
  // What puts back what was patched called what was patched.
  ['patched arrays', 'patched arrays', 'a broken iterator'],
];
