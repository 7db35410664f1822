/** Checks the `packages` of a step. */
import { isBuiltin } from 'node:module';

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/** Protocols of other package managers that npm does not know. */
const FOREIGN = /^(workspace|link|portal|patch|catalog|jsr):/;

/** Returns the ends of sentences that begin with the option and the step. */
export function packageProblems(packages: unknown): string[] {
  if (packages === undefined) return [];
  if (typeof packages !== 'object' || packages === null || Array.isArray(packages)) {
    return ["is an object of names and versions, such as { lodash: '4.17.21' }."];
  }
  return Object.entries(packages).flatMap(([name, spec]) => problemOf(name, spec) ?? []);
}

function problemOf(name: string, spec: unknown): string | undefined {
  if (!NAME.test(name)) return `names "${name}", which is no name of an npm package.`;
  if (isBuiltin(name)) return `names "${name}", which is a module of Node itself: leave it out.`;
  if (name === '@nx-flow/core') return 'names @nx-flow/core, which executes the step: leave it out.';
  if (typeof spec !== 'string' || spec.trim() === '') {
    return `gives "${name}" no version: write it as text, such as '4.17.21', '^4' or 'latest'.`;
  }
  if (FOREIGN.test(spec)) {
    return `gives "${name}" as "${spec}", which npm does not know: for a folder of the workspace write file:<path>.`;
  }
  if (!/[:/\\]/.test(spec) && (spec.includes('@') || /[^\w .,*+<>=|^~-]/.test(spec))) {
    return `gives "${name}" the version "${spec}": write a version, a range or a tag alone, such as '4.17.21'.`;
  }
  return undefined;
}
