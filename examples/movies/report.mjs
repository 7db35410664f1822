/** A page of what the flow found: a plain script, which knows nothing of flows but where a step's artifacts lie. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'dist/flow/movies/steps/end';
const artifacts = Object.fromEntries(
  JSON.parse(readFileSync(join(folder, 'artifacts.json'), 'utf8'))
    .filter(({ format }) => format === 'json')
    .map(({ name, file }) => [name, JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
);

const text = (value) =>
  String(value ?? '').replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const rows = artifacts.playlist.map(
  ({ title, year, genre, rating }) =>
    `<tr><td>${text(title)}</td><td>${text(year)}</td><td>${text(genre)}</td><td>${text(rating)}</td></tr>`,
);

mkdirSync('dist/report', { recursive: true });
writeFileSync(
  'dist/report/movies.html',
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Films worth seeing</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 44rem; }
  table { border-collapse: collapse; width: 100%; }
  td { border-bottom: 1px solid #ddd; padding: 0.3rem 0.6rem; }
  td:nth-child(even), td:last-child { text-align: right; }
</style>
<h1>Films worth seeing</h1>
<p>The best of each genre and decade, out of ${artifacts.films.length.toLocaleString('en')} films.</p>
<table>
${rows.join('\n')}
</table>
</html>
`,
);
console.log(`dist/report/movies.html: ${rows.length} films`);
