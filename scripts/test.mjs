/**
 * `npm test`: every jest project; then what it cost, and as the last line what CI counts by. Arguments go to jest.
 * `--unit` leaves out what starts many processes or executes many flows: a tenth of the time, for the inner loop. `--whole` executes all graphs and
 * more random edits through Nx, where `npm test` takes some of them, others each time.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { cpus, freemem, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinFiles } from './test/joined.mjs';

/** Files that run real commands, real packages, the compiler or whole flows many times over. */
const PROCESSES = [
  '/(docs|e2e)/test/',
  '/scripts/test/(packages|release)',
  '/flow-core/test/(cli|types)/',
  '/flow-core/test/conformance/',
  '/flow-core/test/fuzz/',
  '/flow-core/test/engine/(outputs/files|pool/(contract|merge-memory|packages|process-pool)|transfer/)',
  '/flow-core/test/source/(fingerprint/edits|import-guard|load)',
  '/flow-core/test/store/(broker|folder/full-disk|level/(database|level|stamp))',
  '/flow-core/test/testing/(child|examples|never-ending|packages|vitest)',
  '/flow-core/test/session/watch/storm',
  '/flow-core/test/torture/',
  '/flow-codecs/test/es-modules',
  '/flow-ui/test/browser/',
  '/flow-queue/test/(index|conformance|torture|connection|registry|pool/(contract|run))',
  '/flow-plugin/test/generators/',
];

/**
 * Garbage of tests is young: with more room for it, it is looked through less often. Threads that help would take the other
 * core from another test. Together 7 % of the CPU time of the conformance matrix.
 */
const FEWER_COLLECTIONS = ['--max-semi-space-size=64', '--single-threaded-gc'];

/** Workspaces of tests come and go by the thousand: on a disk, that is a third of the time that the system works for them. */
const MEMORY = '/dev/shm';
/** What all of them take at once, with room to spare. Bytes. */
const ENOUGH = 4 * 2 ** 30;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// The names of sockets begin with it, and have to be short.
const folder = mkdtempSync(hasMemory() ? join(MEMORY, 't-') : join(tmpdir(), 'nx-flow-test-'));
// As /tmp is: stores of other users lie in it, which their owners have to reach.
chmodSync(folder, 0o755);
const report = join(folder, 'report.json');
/** What jest has transformed serves the next time, too, and `npx jest`: it stays where that looks for it. */
const cache = join(tmpdir(), `jest_${(process.getuid?.() ?? 0).toString(36)}`);
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const given = process.argv.slice(2);
const args = given.filter((arg) => arg !== '--unit' && arg !== '--whole');
// Who names files wants these, each by itself.
const joined =
  args.length === 0 ? joinFiles(root, join(folder, 'joined'), new RegExp(PROCESSES.join('|'))) : undefined;
const left = [...(given.includes('--unit') ? PROCESSES : []), ...(joined?.patterns ?? [])];
if (left.length > 0) args.push(`--testPathIgnorePatterns=${left.join('|')}`);
const { status } = spawnSync(
  process.execPath,
  [...FEWER_COLLECTIONS, jest, '--json', `--outputFile=${report}`, `--cacheDirectory=${cache}`, ...args],
  {
    cwd: root,
    env: {
      ...process.env,
      ...(given.includes('--whole') ? { WHOLE: '1' } : {}),
      ...(folder.startsWith(MEMORY) ? { TMPDIR: folder } : {}),
      ...(joined ? { NX_FLOW_JOINED_TESTS: joined.folder } : {}),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
let code = status ?? 1;
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  printFiles(testResults);
  printCpu();
  // A suite that does not even load has no failed tests.
  const failed = Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0);
  console.log(`${numPassedTests} passed, ${failed} failed`);
  if (numPassedTests === 0) code ||= 1;
} else {
  console.log('0 passed, 1 failed');
  code ||= 1;
}
// A broker that is leaving may write there still.
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
process.exit(code);

/** Whether temporary files fit into the memory of this machine. Containers often have little of it there. */
function hasMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, freemem()) > ENOUGH;
  } catch {
    return false;
  }
}

/** The seconds of each file, slowest first; of those that are executed together, the seconds of their tests. */
function printFiles(results) {
  const files = results.flatMap(({ name, startTime, endTime, assertionResults }) =>
    joined?.has(name) ? [...timesWithin(assertionResults)] : [[relative(root, name), endTime - startTime]],
  );
  for (const [name, ms] of files.sort((a, b) => b[1] - a[1]))
    console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
}

function timesWithin(tests) {
  const times = new Map();
  for (const { ancestorTitles, duration } of tests)
    times.set(ancestorTitles[0], (times.get(ancestorTitles[0]) ?? 0) + (duration ?? 0));
  return times;
}

/**
 * The CPU time of jest and of every process below it that was waited for. Brokers that outlive the command that has started
 * them are in nobody's count. Linux alone keeps these numbers where they can be read.
 */
function printCpu() {
  const file = '/proc/self/stat';
  if (!existsSync(file)) return;
  // After the name, which may hold blanks: fields 3 and on; 16 and 17 are the children's, in ticks of 10 ms.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const [user, system] = [fields[13], fields[14]].map((ticks) => Number(ticks) / 100 / 60);
  const minutes = (n) => n.toFixed(1);
  console.log(
    `${minutes(user + system)} CPU-minutes (${minutes(user)} user, ${minutes(system)} system) on ${cpus().length} cores`,
  );
}
