/** RESULTS.md: the rows against their floors, each with its day, and below them sections of other programs. */

const HEAD = /^# Results\n\n(?<machine>.*)\.\n\n\|.*\n\| --- .*\n(?<rows>(?:\|.*\n)*)/;

/**
 * @typedef {object} Here
 * @property {string} machine what is measured on
 * @property {string} day
 * @property {string[]} order the names of all rows that there are
 */

/**
 * @param {string} file
 * @param {string[]} names of the rows that are measured
 * @param {Here} here
 * @returns {string | undefined} what is wrong where the other rows were measured on another machine: one table is of one
 */
function otherMachine(file, names, here) {
  const { machine } = HEAD.exec(file)?.groups ?? {};
  return machine === here.machine || othersOf(file, names, here).length === 0
    ? undefined
    : `RESULTS.md has rows of another machine (${machine}; this one: ${here.machine}). Leave --rows out: all are measured anew.`;
}

/** The rows of the file that are not measured, as they stand there. */
function othersOf(file, names, { order }) {
  const rows = HEAD.exec(file)?.groups.rows.match(/.+\n/g) ?? [];
  return rows
    .map((text) => ({ name: /^\| (\S+) \|/.exec(text)?.[1], text }))
    .filter(({ name }) => order.includes(name) && !names.includes(name));
}

/**
 * @param {string} file as it was
 * @param {object[]} lines of the rows that were measured
 * @param {Here} here
 * @returns {string} the file with these lines; rows that were not measured stay as they are
 */
function withLines(file, lines, here) {
  const names = lines.map(({ row }) => row.name);
  const fresh = lines.map((line) => ({ name: line.row.name, text: rowOf(line, here.day) }));
  const place = ({ name }) => here.order.indexOf(name);
  const rows = [...othersOf(file, names, here), ...fresh].sort((a, b) => place(a) - place(b));
  // Sections below are of other programs.
  const [, below = ''] = /(\n## .*)$/s.exec(file) ?? [];
  return textOf(here.machine, rows) + below;
}

function rowOf(line, day) {
  const { what, floor, name } = line.row;
  const own = `${what}: ${line.what}${line.note ? `; ${line.note}` : ''}`;
  return `| ${[name, own, floor, line.floor, line.ours, line.ratio, line.spread, line.goal, line.verdict, line.samples, day].join(' | ')} |\n`;
}

const textOf = (machine, rows) => `# Results

${machine}.

| row | what | floor | floor’s median | our median | ratio | middle half | goal | verdict | samples | day |
| --- | --- | --- | --: | --: | --: | --- | --- | --- | --: | --- |
${rows.map(({ text }) => text).join('')}
How to read it: read the ratio, not the times. Floor and ours were taken in turn, in one run on one machine, so what
slows the machine slows both; the times of another machine are other times. The ratio is that of the medians, and the
middle half is where half of the ratios of neighbours lie: where it is wide, the machine was busy, and the row is worth a
second run. Processes are timed whole, from spawn to exit. \`goal\` means that the goal is met, \`must\` that only the
weaker bound beside it is, \`missed\` that neither is.
`;

module.exports = { otherMachine, withLines };
