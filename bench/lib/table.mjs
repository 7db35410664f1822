/** The results as a table, in a terminal and in RESULTS.md. */

const HEADS = ['What', 'Floor', 'Ours', 'Ratio', 'Middle half', 'Goal', 'Verdict'];

const cells = (line) => [line.what, line.floor, line.ours, line.ratio, line.spread, line.goal, line.verdict];

/** @param {object[]} lines of one row or several */
export function plain(lines) {
  const rows = lines.map(cells);
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)));
  const text = (row) =>
    row
      .map((cell, i) => (i > 0 && i < 5 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const out = [text(HEADS)];
  let row;
  lines.forEach((line, i) => {
    if (line.row !== row) {
      row = line.row;
      out.push(`${row.name}: ${row.what}; floor: ${row.floor}; ${line.samples} samples`);
    }
    out.push(text(rows[i]));
    if (line.note) out.push(`  ${line.note}`);
  });
  return `${out.join('\n')}\n`;
}

/** @param {string} machine the date, and what it was measured on */
export function markdown(lines, machine) {
  const body = lines.map((line) => {
    const { what, floor, name } = line.row;
    const own = `${what}: ${line.what}${line.note ? `; ${line.note}` : ''}`;
    return `| ${[name, own, floor, line.floor, line.ours, line.ratio, line.spread, line.goal, line.verdict, line.samples].join(' | ')} |`;
  });
  return `# Results

${machine}.

| row | what | floor | floor’s median | our median | ratio | middle half | goal | verdict | samples |
| --- | --- | --- | --: | --: | --: | --- | --- | --- | --: |
${body.join('\n')}

How to read it: read the ratio, not the times. Floor and ours were taken in turn, in one run on one machine, so what
slows the machine slows both; the times of another machine are other times. The ratio is that of the medians, and the
middle half is where half of the ratios of neighbours lie: where it is wide, the machine was busy, and the row is worth a
second run. Processes are timed whole, from spawn to exit. \`goal\` means that the goal is met, \`must\` that only the
weaker bound beside it is, \`missed\` that neither is.
`;
}
