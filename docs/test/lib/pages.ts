/** The pages that people read: README, docs, and those of the packages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workspace';

const docs = (readdirSync(join(ROOT, 'docs'), { recursive: true }) as string[])
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`);

export const PAGES: string[] = ['README.md', ...docs.sort(), ...packages];
