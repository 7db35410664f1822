/** Builds the program that gives doors random inputs, in which two modules are exchanged. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { PACKAGES } from './packages.mjs';

/** @returns the program's file: inside the package, whose files it looks for */
export async function bundleFuzz(root) {
  const core = join(root, 'packages', 'flow-core');
  const outfile = join(core, 'node_modules', '.cache', 'nx-flow-fuzz.cjs');
  const fuzz = join(core, 'test', 'fuzz');
  const standIn = (path) => ({ path: join(fuzz, 'stand-ins', path) });
  await build({
    entryPoints: [join(fuzz, 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: [...PACKAGES['packages/flow-core'].external, 'fast-check'],
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    plugins: [
      {
        name: 'stand-ins',
        setup({ onResolve }) {
          onResolve({ filter: /\/(store\/open|open|process-pool)$/ }, ({ path, importer }) => {
            if (importer.includes('stand-ins')) return undefined;
            if (/\/process-pool$/.test(path)) return standIn('process-pool.ts');
            return /\/src\//.test(importer) && /(store|\.)\/open$/.test(path)
              ? standIn('open.ts')
              : undefined;
          });
        },
      },
    ],
  });
  return outfile;
}
