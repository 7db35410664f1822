/** Every row of `rows/`, in the order in which they are printed. */
import { readdirSync } from 'node:fs';

const ORDER = [
  'spin',
  'watch',
  'linked',
  'nx-spin',
  'nx-hit',
  'nx-flows',
  'foreach',
  'memory',
  'resume',
  'reuse',
  'runs-tag',
  'artifact',
  'merge',
  'lazy-join',
  'share',
  'transfer',
  'card',
  'page',
  'queue',
  'blobs',
];

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} what
 * @property {string} floor what it is measured against, where it is measured against its floor
 * @property {number} [samples] against its floor, where 20 would take too long; it says why
 * @property {(build: Build, use: (cases: Case[]) => Promise<T>, options?: { compared?: boolean }) => Promise<T>} open
 *   makes what it needs for a build, and gives its cases to `use`; where they are compared with another build's, no floor is asked for
 * @template T
 */

/** @returns {Promise<Row[]>} */
export async function loadRows() {
  const files = readdirSync(new URL('../rows/', import.meta.url)).filter((file) => file.endsWith('.mjs'));
  const modules = await Promise.all(files.map((file) => import(`../rows/${file}`)));
  const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return modules.map((module) => module.default).sort((a, b) => place(a.name) - place(b.name));
}
