/** The results as a table in a terminal. */

const AGAINST_FLOOR = {
  What: 'what',
  Floor: 'floor',
  Ours: 'ours',
  Ratio: 'ratio',
  'Middle half': 'spread',
  Goal: 'goal',
  Verdict: 'verdict',
};

const AGAINST_COMMIT = {
  What: 'what',
  Base: 'base',
  Ours: 'ours',
  Ratio: 'ratio',
  '95 % interval': 'interval',
  Verdict: 'verdict',
};
const NUMBERS = new Set(['floor', 'base', 'ours', 'ratio', 'spread', 'interval']);

/** @param {object[]} lines of one row or several */
export const plain = (lines) =>
  table(
    AGAINST_FLOOR,
    lines,
    ({ row, samples }) => `${row.name}: ${row.what}; floor: ${row.floor}; ${samples} samples`,
  );

/**
 * @param {object[]} lines of one row or several
 * @param {string} base the commit, as it was named
 */
export const plainComparison = (lines, base) =>
  table(
    AGAINST_COMMIT,
    lines,
    ({ row, samples }) => `${row.name}: ${row.what}; base: ${base}; ${samples} pairs`,
  );

function table(columns, lines, headline) {
  const fields = Object.values(columns);
  const rows = [Object.keys(columns), ...lines.map((line) => fields.map((field) => line[field]))];
  const widths = fields.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const [head, ...texts] = rows.map((row) =>
    row
      .map((cell, i) => (NUMBERS.has(fields[i]) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  const out = [head];
  let row;
  lines.forEach((line, i) => {
    if (line.row !== row) {
      row = line.row;
      out.push(headline(line));
    }
    out.push(texts[i]);
    if (line.note) out.push(`  ${line.note}`);
  });
  return `${out.join('\n')}\n`;
}
