/** The tsconfig files that a process reads when it is made ready to import a flow, and never again. */
import { resolve } from 'node:path';
import { extendedConfigs } from '../../source/tsconfig';
import { DiskFiles } from '../../source/use-conditions';
import { stampOf } from './stamps';

/** Equal texts mean that such a process would read the same now. */
export function configsNow(workspace: string): string {
  const files = new LookedFor();
  const given = process.env.TSX_TSCONFIG_PATH;
  const names = given ? [given] : ['tsconfig.json', 'tsconfig.base.json'];
  const first = names.map((name) => resolve(workspace, name)).find((file) => files.has(file));
  if (first !== undefined) extendedConfigs(first, files);
  return [...files.stamps].map(([file, stamp]) => `${file} ${stamp}`).join('\n');
}

class LookedFor extends DiskFiles {
  readonly stamps = new Map<string, string>();

  override has(file: string): boolean {
    this.stamps.set(file, stampOf(file));
    return super.has(file);
  }

  override json(file: string): Record<string, unknown> | undefined {
    this.stamps.set(file, stampOf(file));
    return super.json(file);
  }
}
