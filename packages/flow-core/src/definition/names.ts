/** Which names flows and steps can have: the names are parts of pathspecs, folder names and target names. */

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** A folder's name takes 255 bytes; other parts of it need some of them. */
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
