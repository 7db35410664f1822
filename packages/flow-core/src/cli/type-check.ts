/**
 * `check --types`: the workspace's own TypeScript, as a child process. TypeScript 7 has a command and no API, and
 * the command takes either files or a project. So it gets a project that extends the flow's and contains the flow.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { FlowError, type Problem } from '../definition/errors';
import { packageFile } from '../environment/package-root';
import { CLASSES, NO_API } from './types-child';

/** Options that a project that only checks must not inherit. Null unsets an option. */
const ONLY_CHECK = {
  noEmit: true,
  composite: false,
  incremental: false,
  emitDeclarationOnly: false,
  tsBuildInfoFile: null,
  rootDir: null,
  outDir: null,
  outFile: null,
};
/** The options without a tsconfig.json: what tsx runs. */
const DEFAULTS = {
  strict: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
  skipLibCheck: true,
};

/** What the types say. */
export interface TypeChecked {
  problems: Problem[];
  /** Steps that return instances of classes that no codec stores. Empty where TypeScript has no API, as from 7 on. */
  warnings: Problem[];
}

/**
 * Returns the type errors in flow files and their imports, except packages.
 * @throws FlowError FLOW_TYPESCRIPT when TypeScript is missing or fails
 */
export async function checkTypes(files: readonly string[]): Promise<TypeChecked> {
  const projects = new Map<string, string[]>();
  for (const file of files) {
    const project = nearest(file, 'tsconfig.json') ?? '';
    projects.set(project, [...(projects.get(project) ?? []), file]);
  }
  const problems = new Map<string, Problem>();
  const warnings: Problem[] = [];
  for (const [project, flows] of projects) {
    const checked = await checkProject(project, flows);
    for (const problem of checked.problems)
      problems.set(`${problem.where} ${problem.code} ${problem.message}`, problem);
    warnings.push(...checked.warnings);
  }
  return { problems: [...problems.values()], warnings };
}

async function checkProject(project: string, files: string[]): Promise<TypeChecked> {
  const [first] = files as [string];
  const tsc = compilerFor(first);
  const modules = nearest(first, 'node_modules') as string;
  // TypeScript looks for types from the project's folder upward, so the project is in node_modules.
  const folder = join(modules, '.nx-flow');
  const config = join(folder, `check-${process.pid}.json`);
  const ambient = project ? [join(dirname(project), '**', '*.d.ts')] : [];
  const json = {
    ...(project ? { extends: project } : {}),
    compilerOptions: { ...(project ? {} : DEFAULTS), ...ONLY_CHECK },
    files,
    // Only the project's ambient declarations, no other files.
    include: ambient,
    exclude: ['node_modules', 'dist', 'build', 'coverage', 'tmp'].map((name) =>
      join(project ? dirname(project) : folder, '**', name),
    ),
  };
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(config, JSON.stringify(json));
    const cwd = dirname(first);
    const child = packageFile('dist/types-child.js');
    let { code, printed } = await execute(child, [dirname(dirname(tsc)), config, ...files], cwd);
    if (code === NO_API) ({ code, printed } = await execute(tsc, ['-p', config, '--pretty', 'false'], cwd));
    const problems = diagnostics(printed, cwd, project || config).filter(
      ({ where = '' }) => !isForeign(where),
    );
    if (code === 0 || problems.length > 0 || /error TS/.test(printed))
      return { problems, warnings: classesOf(printed) };
    throw new FlowError('FLOW_TYPESCRIPT', `${tsc} ended with ${code}: ${printed.trim().slice(0, 500)}`);
  } finally {
    rmSync(config, { force: true });
  }
}

/** The command of the TypeScript that the flow's own folder sees. @throws FlowError FLOW_TYPESCRIPT */
function compilerFor(file: string): string {
  for (const folder of createRequire(file).resolve.paths('typescript') ?? []) {
    const manifest = join(folder, 'typescript', 'package.json');
    if (!existsSync(manifest)) continue;
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (typeof bin?.tsc === 'string') return join(dirname(manifest), bin.tsc);
  }
  const message = `--types needs TypeScript, and ${dirname(file)} sees none: npm install --save-dev typescript`;
  throw new FlowError('FLOW_TYPESCRIPT', message);
}

function nearest(file: string, name: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return join(folder, name);
    if (dirname(folder) === folder) return undefined;
  }
}

function classesOf(printed: string): Problem[] {
  const line = printed.split('\n').find((text) => text.startsWith(CLASSES));
  return line === undefined ? [] : JSON.parse(line.slice(CLASSES.length));
}

function execute(script: string, args: string[], cwd: string): Promise<{ code: number; printed: string }> {
  return new Promise((done) => {
    const options = { cwd, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      done({ code, printed: stdout + stderr });
    });
  });
}

/** `file(line,column): error TS2345: text`, then indented lines. Without a place, it is about the project. */
function diagnostics(printed: string, cwd: string, project: string): Problem[] {
  const problems: Problem[] = [];
  for (const line of printed.split(/\r?\n/)) {
    const [, file, at, column, code, message] =
      line.match(/^(?:(.+)\((\d+),(\d+)\): )?error (TS\d+): (.*)$/) ?? [];
    const last = problems.at(-1);
    if (code !== undefined && message !== undefined) {
      const path = file === undefined ? undefined : isAbsolute(file) ? file : resolve(cwd, file);
      problems.push({ code, message, where: path === undefined ? project : `${path}:${at}:${column}` });
    } else if (last && /^\s+\S/.test(line)) last.message += `\n${line}`;
  }
  return problems.map(inOneLine);
}

/** The sentence of the type `Storable`, which the compiler wraps into the types of the call. */
function inOneLine(problem: Problem): Problem {
  const said = [...problem.message.matchAll(/'"(The artifact \S+ holds [^"]+)"'/g)].map(
    ([, text]) => `${text}.`,
  );
  if (said.length === 0) return problem;
  return { ...problem, code: 'FLOW_ARTIFACT_UNSTORABLE', message: [...new Set(said)].join(' ') };
}

/** Whether the file is a package's, which the user cannot fix. */
function isForeign(where: string): boolean {
  return /[\\/]node_modules[\\/]/.test(where);
}
