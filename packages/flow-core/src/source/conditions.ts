/**
 * The conditions under which packages are resolved for a flow: `customConditions` of the tsconfig file that governs
 * it, as in `"exports": { ".": { "@acme/source": "./src/index.ts", "default": "./dist/index.js" } }`.
 */
import { resolve } from 'node:path';
import type { ConditionTest } from './package-map';
import { type ConfigFiles, compilerOption, governingConfig } from './tsconfig';

/**
 * `customConditions` of the project that a flow file belongs to. `TSX_TSCONFIG_PATH` names another tsconfig file.
 * @param file absolute
 * @param root the workspace
 */
export function customConditions(file: string, root: string, files: ConfigFiles): string[] {
  const given = process.env.TSX_TSCONFIG_PATH;
  const config = given ? resolve(root, given) : governingConfig(file, root, files);
  if (config === undefined) return [];
  const value = compilerOption(config, 'customConditions', files);
  return Array.isArray(value) ? value.filter((condition) => typeof condition === 'string') : [];
}

/** Those with which Node itself was started: `--conditions`, `-C`, also in `NODE_OPTIONS`. */
export function conditionsOfNode(): string[] {
  const words = [...(process.env.NODE_OPTIONS?.split(/\s+/) ?? []), ...process.execArgv];
  return words.flatMap((word, i) => {
    const [, given] = word.match(/^(?:--conditions|-C)=(.*)$/) ?? [];
    return given ?? (/^(?:--conditions|-C)$/.test(word) ? (words[i + 1] ?? []) : []);
  });
}

/** Conditions that hold for `import` or for `require`, or in newer versions of Node alone. */
const BY_LOADER = new Set(['import', 'require', 'module-sync', 'node-addons']);

/** What holds when a flow is loaded by its commands, whichever of Node's loaders loads a module. */
export function conditionTest(conditions: readonly string[]): ConditionTest {
  const held = new Set(['node', ...conditions, ...conditionsOfNode()]);
  return (condition) => (held.has(condition) ? true : BY_LOADER.has(condition) ? undefined : false);
}
