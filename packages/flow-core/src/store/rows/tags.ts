/** Tags of runs: which are valid, and the current ones after the changes since the run's start. */
import { FlowError, type Problem } from '../../definition/errors';
import type { Entry } from '../kv/kv';

/** Longest tag, in characters. */
const LONGEST = 500;
/** The prefix of the system's tags. */
const SYSTEM = 'user:';

/** The value of a change's key. */
export const ADDED = '+';
export const REMOVED = '-';

export interface TagChanges {
  add?: readonly string[];
  remove?: readonly string[];
}

/** A run's tags: those of its start in their order, then later ones, sorted. */
export function applyChanges(
  atStart: readonly string[],
  changes: readonly { tag: string; added: boolean }[],
): string[] {
  const removed = new Set(changes.flatMap(({ tag, added }) => (added ? [] : [tag])));
  const later = changes.flatMap(({ tag, added }) => (added && !atStart.includes(tag) ? [tag] : []));
  return [...atStart.filter((tag) => !removed.has(tag)), ...later.sort()];
}

/** Refuses all invalid user tags at once. @throws FlowError FLOW_TAG, FLOW_TAG_SYSTEM */
export function requireTags(tags: readonly string[]): void {
  const problems = tags.flatMap((tag): Problem[] => {
    const problem = problemOf(tag);
    return problem ? [problem] : [];
  });
  if (problems.length === 0) return;
  const message = problems.map((problem) => problem.message).join('\n');
  throw new FlowError((problems[0] as Problem).code, message, { problems });
}

function problemOf(tag: string): Problem | undefined {
  const refuse = (message: string): Problem => ({ code: 'FLOW_TAG', message });
  if (typeof tag !== 'string') return refuse(`A tag is a text, not ${typeof tag}.`);
  if (tag.trim() === '') return refuse('A tag cannot be empty.');
  if (tag.length > LONGEST) {
    return refuse(
      `The tag "${tag.slice(0, 20)}…" is ${tag.length} characters long: a tag has at most ${LONGEST}.`,
    );
  }
  // Refuses control characters, line breaks and lone surrogates. Emoji joiners are allowed.
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(tag)) {
    return refuse(`The tag ${JSON.stringify(tag)} holds characters that cannot be printed: leave them out.`);
  }
  if (!tag.startsWith(SYSTEM)) return undefined;
  return {
    code: 'FLOW_TAG_SYSTEM',
    message: `"${tag}" is a system tag, which nobody can add or remove: choose one that does not begin with "${SYSTEM}".`,
  };
}

/** A change of one tag, as it is recorded. */
export interface TagEntry {
  run: number;
  tag: string;
  added: boolean;
}

export function tagEntry([key, value]: Entry): TagEntry {
  const [, , run, tag = ''] = key.split('/');
  return {
    run: Number(run),
    tag: decodeURIComponent(tag),
    added: Buffer.from(value).toString('latin1') === ADDED,
  };
}
