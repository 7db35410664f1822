/** The browser that shows cards and the page, where it is installed: Debian's Chromium, or the one that CHROMIUM names. */
const { existsSync } = require('node:fs');

const FILES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** What to do where there is none, as one sentence. */
const MISSING =
  'There is no Chromium: apt-get install -y --no-install-recommends chromium, or say where it is with CHROMIUM=<file>.';

/** @returns {string | undefined} its file */
function findChromium() {
  const named = process.env.CHROMIUM;
  return (named ? [named] : FILES).find((file) => existsSync(file));
}

/**
 * Starts it. It reaches this machine alone: no name is looked up.
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws Error where there is none
 */
async function openChromium() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(MISSING);
  const { chromium } = require('playwright-core');
  const args = [
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    '--disable-gpu',
    '--force-color-profile=srgb',
  ];
  // Whoever is root has no sandbox of Chromium's.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath, args });
}

/** Whether tests have to find it. Asked here: tests set it for what they start. */
const IN_CI = Boolean(process.env.CI);

module.exports = { IN_CI, MISSING, findChromium, openChromium };
