/** The page's own files: what the build has made, and nothing else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { notUnderstood, refusal } from './replies';
import { PAGE_POLICY } from './security/guard';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page; for any other address the page itself, which knows its routes. */
export function pageFile(path: string): Response {
  const folder = join(packageFolder(), 'dist', 'page');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const asked = path.slice(1);
  if (!files.includes(asked) && extname(path) !== '')
    return refusal(notUnderstood('There is no such file of the page.'), 404);
  const name = files.includes(asked) ? asked : 'index.html';
  if (!files.includes(name)) return refusal(notUnderstood('The page is not built: npm run build.'), 404);
  return new Response(readFileSync(join(folder, name)), {
    headers: {
      'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
      'Content-Security-Policy': PAGE_POLICY,
      // Their names say what is in them, all but that of the page.
      'Cache-Control': name === 'index.html' ? 'no-cache' : 'max-age=31536000, immutable',
    },
  });
}

/** From the sources as from the build. */
function packageFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
