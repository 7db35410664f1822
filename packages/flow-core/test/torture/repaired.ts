/** What must hold after a repair was killed: it is complete, or has changed nothing that can be seen; the next one succeeds. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { as, Failure } from './failure';
import { nothingLeft } from './left';
import { nextCommands } from './noticed';
import { requireWhole } from './repair';
import { execute, lineOf, said, succeed, succeeds, type Trial, verifyOf, type WritingCommand } from './trial';

/** The old database, and what is left of damaged files. */
const BESIDE =
  /^(spin\/)?(db\.before-repair-[^/]+(\/[^/]+|\/damaged-logs(\/[^/]+){1,2})?|cas\/..\/[0-9a-f]{64}\.lost)$/;

/** A problem, a loss, or that LevelDB dropped some. */
const TOLD = /✗|lost|damaged/;

export async function repairHolds(trial: Trial, command: WritingCommand): Promise<void> {
  await requireWhole(trial, 'after the kill');
  const next = await as('broken', 'the next repair', () => execute(trial, lineOf(command, trial)));
  if (!succeeds(command, next)) throw new Failure('broken', `of ${trial.damage}: ${said(next)}`);
  const gone = await requireWhole(trial, 'after the next repair');
  const { json } = await as('broken', 'verify', () => succeed(trial, verifyOf(trial)));
  if (gone.length > 0 && json.lost.length === 0 && !TOLD.test(`${trial.heard}${said(next)}`))
    throw new Failure('unnoticed', `of ${trial.damage}, gone without a word: ${gone.slice(0, 6)}`);
  for (const folder of [trial.store, join(trial.store, 'spin')]) {
    const old = readdirSync(folder).filter((name) => name.startsWith('db.before-repair-'));
    if (old.length > 1) throw new Failure('left', `of ${trial.damage}: ${old}`);
  }
  await nextCommands(trial);
  await nothingLeft(trial, BESIDE);
}
