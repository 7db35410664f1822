/** The section of AGENTS.md that tells a coding agent how to run, spin and read flows here. */
import type { Tree } from '@nx/devkit';

const FILE = 'AGENTS.md';
const BEGIN = '<!-- nx-flow: begin -->';
const END = '<!-- nx-flow: end -->';

const SECTION = `## Flows (nx-flow)

Flows are the \`*.flow.ts\` files: steps that hand typed artifacts on. Run a flow once, then spin the step that you edit.

1. \`npx nx-flow check --json\` lists the flows with their steps, and each problem with its file and line. It executes no step.
2. \`npx nx-flow run <flow> --json\` runs a flow and records every artifact. Do this once, and again only at the end.
3. \`npx nx-flow spin <flow> <step> --json\` executes one step on the inputs that the newest run recorded. Do this after each edit. It changes no run.
4. \`npx nx-flow spin <flow> <step> --index=0 --json\` spins one split of a foreach; \`--all\` instead spins every split.
5. The last line of stdout is one JSON object. All else, such as what the step prints, is on stderr.
6. In a spin, \`artifacts.<name>.change\` compares with the run (\`same\`, \`changed\`, \`new\`, \`gone\`), \`preview\` is the value in short, and the folder \`outputPath\` has it whole.
7. The exit code is 0 for done, 1 for a failed step, 2 for wrong usage. \`error.message\` says why; the line of code is on stderr.
8. After a failed run, spin the failed step until it is right. Then \`npx nx-flow resume <flow> --json\` executes what is left.
9. \`npx nx-flow dump <flow> <step> --json\` gives recorded values, \`npx nx-flow why <flow> <step> --json\` says what has changed since, \`npx nx-flow spin <flow> --help\` names steps and parameters.
10. Do not edit or delete \`.flow\`: it holds the runs.
`;

export function hasAgentsFile(tree: Tree): boolean {
  return tree.exists(FILE);
}

export function describesFlows(tree: Tree): boolean {
  return textOf(tree).includes(BEGIN);
}

/** Adds the section at the end, or creates the file. An existing section stays: it may have been edited. */
export function describeFlows(tree: Tree): void {
  if (describesFlows(tree)) return;
  const before = textOf(tree);
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  const section = [BEGIN, '', SECTION.trimEnd(), '', END, ''].join('\n').replaceAll('\n', eol);
  const kept = before.trim() === '' ? '' : before.replace(/(\r?\n)*$/, eol + eol);
  tree.write(FILE, kept + section);
}

function textOf(tree: Tree): string {
  return tree.read(FILE, 'utf-8') ?? '';
}
