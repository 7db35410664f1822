/** Whether this process runs in CI. */

/** Some users set `CI=false` outside CI. */
export function inCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && !['', '0', 'false'].includes(CI);
}
