/** What the source of the packages says about itself: codes of errors, and variables of the environment. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workspace';

function sources(): string[] {
  return readdirSync(join(ROOT, 'packages')).flatMap((name) =>
    ['src', 'bin'].flatMap((part) => {
      const folder = join(ROOT, 'packages', name, part);
      try {
        const files = readdirSync(folder, { recursive: true }) as string[];
        return files
          .filter((file) => /\.(m?ts|js)$/.test(file))
          .map((file) => readFileSync(join(folder, file), 'utf8'));
      } catch {
        return [];
      }
    }),
  );
}

const found = (pattern: RegExp): string[] =>
  [
    ...new Set(sources().flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name as string))),
  ].sort();

/** Codes stand in quotes, or as the names of rules: `FLOW_NAME: flowName,`. */
export const errorCodes = (): string[] => found(/(?:['"`]|^\s+)(FLOW_[A-Z_]*[A-Z])(?=['"`: ])/gm);

/** Codes that doc comments name. */
export const promisedCodes = (): string[] =>
  found(/@throws ([^\n]*)/g).flatMap((line) => line.match(/\bFLOW_[A-Z_]*[A-Z]\b/g) ?? []);

/** Variables that are read, and those that are named in quotes. */
export const variables = (): string[] =>
  [...new Set([...found(/process\.env\.([A-Z_]+)/g), ...found(/['"`](NX_FLOW_[A-Z_]+)['"`]/g)])].sort();
