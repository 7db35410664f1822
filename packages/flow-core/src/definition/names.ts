/** What flows and steps can be called: their names stand in pathspecs, in the names of folders and of targets. */

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** Folders take 255 bytes, some of which others need. */
export const LONGEST_NAME = 100;

export function isUsableName(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST_NAME;
}

/** Why a name is not usable, for the end of a sentence. */
export function nameAdvice(name: string): string {
  return NAME.test(name)
    ? `at most ${LONGEST_NAME} characters, and these are ${name.length}.`
    : 'letters, digits, _ and -, starting with a letter.';
}
