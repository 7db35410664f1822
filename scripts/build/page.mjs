/** Builds the page of `@nx-flow/ui`: one script and one file of styles, named by what is in them, and the HTML that names both. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** `cwd`: the package. Everything lies in `dist/page`, which the server shows at `/`. */
export async function buildPage(cwd) {
  const page = join(cwd, 'dist', 'page');
  rmSync(page, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [join(cwd, 'src', 'page', 'app.tsx')],
    outdir: page,
    entryNames: '[name]-[hash]',
    absWorkingDir: cwd,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    // What has `<dialog>`, `:has` and findLast: all browsers since 2023.
    target: ['chrome115', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
  });
  const html = Object.keys(metafile.outputs)
    .map((file) => basename(file))
    .reduce(
      (text, file) => text.replace(`/app${file.slice(file.lastIndexOf('.'))}"`, `/${file}"`),
      readFileSync(join(cwd, 'src', 'page', 'index.html'), 'utf8'),
    );
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, 'index.html'), html);
}
