/** `node bench/run.mjs [row…] [--samples=n] [--write]`: measures the rows and prints one table. */
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { markdown, plain } from './lib/table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string' }, write: { type: 'boolean' } },
});
const rows = await loadRows();
const names = rows.map(({ name }) => name);
const unknown = positionals.filter((name) => !names.includes(name));
const samples = values.samples === undefined ? undefined : Number(values.samples);
if (unknown.length > 0) usage(`There is no row ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
if (samples !== undefined && !(Number.isInteger(samples) && samples > 0))
  usage('--samples takes a whole number.');
if (values.write && positionals.length > 0) usage('--write takes all rows: the file shows one run.');

// Brokers that this process starts leave with their last client.
process.env.CI = '1';
const lines = [];
for (const row of rows) {
  if (positionals.length > 0 && !positionals.includes(row.name)) continue;
  // Less than 20 only where a row says why.
  const taken = samples ?? row.samples ?? 20;
  let part = '';
  const progress = (news) => {
    if (typeof news === 'string') part = news;
    else if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${row.name}: ${part} ${news}/${taken}`);
  };
  const measured = await row.measure({ samples: taken, progress });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const line of measured) lines.push({ row, ...line });
  if (!values.write) process.stdout.write(`${plain(lines.slice(-measured.length))}\n`);
}
if (values.write) {
  const { model } = cpus()[0];
  const machine = `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores, ${model.trim()}`;
  writeFileSync(new URL('RESULTS.md', import.meta.url), markdown(lines, machine));
  process.stdout.write(`${plain(lines)}\n`);
}
process.exit(0);

async function loadRows() {
  const files = readdirSync(new URL('rows/', import.meta.url)).filter((file) => file.endsWith('.mjs'));
  const modules = await Promise.all(files.map((file) => import(`./rows/${file}`)));
  const order = ['spin', 'nx-spin', 'nx-hit', 'nx-flows', 'foreach', 'artifact', 'merge', 'transfer'];
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return modules.map((module) => module.default).sort((a, b) => place(a.name) - place(b.name));
}

function usage(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
