/** The page in Chromium: how long it takes to show something, and how long it keeps somebody waiting. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { whenInterrupted } from './ending.mjs';

const { openChromium } = createRequire(import.meta.url)('../../scripts/chromium.cjs');

/** Gives `use` a browser and ends it. @throws Error where there is none */
export async function withBrowser(use) {
  const browser = await openChromium();
  const close = () => browser.close();
  const forget = whenInterrupted(close);
  try {
    return await use(browser);
  } finally {
    forget();
    await close();
  }
}

/** Serves the page of a workspace meanwhile: `use` gets its origin and its token. */
export async function withPage(workspace, use) {
  const child = spawn(process.execPath, [workspace.command, 'ui', '--json', '--port=0'], {
    cwd: workspace.folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const end = () => {
    child.kill('SIGTERM');
    return ended;
  };
  const forget = whenInterrupted(end);
  try {
    const [, origin, token] = await new Promise((resolve, reject) => {
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        printed += text;
        const found = /"url":\s*"(http:\/\/[^/"]*)\/(#token=[^"]*)"/.exec(printed);
        if (found) resolve(found);
      });
      ended.then(() => reject(new Error(`nx-flow ui ended: ${printed}`)));
    });
    return await use(origin, token);
  } finally {
    forget();
    await end();
  }
}

/** Serves a page that has one line of text. */
export async function withEmptyPage(use) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>empty</title><p>Nothing.</p>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Gives `use` a tab that nobody has used before. */
export async function inTab(browser, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Milliseconds from the beginning of the navigation to the first text or picture. */
export const firstPaint = (page) =>
  page.evaluate(`new Promise((done) => {
    new PerformanceObserver((list) => {
      const found = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
      if (found) done(found.startTime);
    }).observe({ type: 'paint', buffered: true });
  })`);

/** The longest task of the page's main thread while `work` goes on. Milliseconds. */
export async function longestTask(browser, page, work) {
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}.${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid, dur }) => name === 'RunTask' && dur > 0 && mains.has(`${pid}.${tid}`),
  );
  return Math.max(...tasks.map(({ dur }) => dur)) / 1e3;
}
