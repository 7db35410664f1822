/**
 * The target `nx-release-publish`: builds, and publishes the package of the current folder. `nx release publish
 * --dry-run` lists the package's files instead, and asks no registry.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const TEXT = { type: 'string' };
const { values } = parseArgs({
  options: { registry: TEXT, tag: TEXT, otp: TEXT, access: TEXT },
  // Nx hands on other options than these.
  strict: false,
});
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
// Nx says --dryRun=true to a target, a person --dry-run.
const isDry =
  process.env.NX_DRY_RUN === 'true' || process.argv.some((arg) => /^--dry-?run(=true)?$/i.test(arg));

if (isDry) {
  await import('../build.mjs');
  npm('pack', '--dry-run');
} else {
  const problem = whyNot();
  if (problem !== undefined) {
    console.error(problem);
    process.exit(1);
  }
  await import('../build.mjs');
  // Without a tag of its own a prerelease would be what everybody installs.
  const { tag = version.includes('-') ? 'next' : undefined, registry, otp, access } = values;
  const given = Object.entries({ tag, registry, otp, access }).filter(([, value]) => value !== undefined);
  npm('publish', ...given.map(([option, value]) => `--${option}=${value}`));
}

/** What is published is what the tag names: nothing that is only on this machine. */
function whyNot() {
  const tags = git('tag', '--points-at', 'HEAD').split('\n');
  if (!tags.includes(`v${version}`))
    return `${name} ${version} is published from its tag, v${version}: check that out first.`;
  if (git('status', '--porcelain') !== '')
    return `There are changes that are not committed: ${name} is published as its tag has it.`;
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

function npm(...args) {
  execFileSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
}
