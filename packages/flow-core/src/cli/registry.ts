/** The commands by name, in the order in which the help lists them. */
import type { Command } from './command';

export const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  run: () => import('./commands/run'),
  spin: () => import('./commands/spin'),
  repl: () => import('./commands/repl'),
  resume: () => import('./commands/resume'),
  step: () => import('./commands/step'),
  show: () => import('./commands/show'),
  check: () => import('./commands/check'),
  runs: () => import('./commands/runs'),
  dump: () => import('./commands/dump'),
  logs: () => import('./commands/logs'),
  card: () => import('./commands/card'),
  ui: () => import('./commands/ui'),
  worker: () => import('./commands/worker'),
  queue: () => import('./commands/queue'),
  diff: () => import('./commands/diff'),
  why: () => import('./commands/why'),
  tag: () => import('./commands/tag'),
  export: () => import('./commands/export'),
  import: () => import('./commands/import'),
  store: () => import('./commands/store'),
  rm: () => import('./commands/rm'),
  gc: () => import('./commands/gc'),
  verify: () => import('./commands/verify'),
  snapshot: () => import('./commands/snapshot'),
};
