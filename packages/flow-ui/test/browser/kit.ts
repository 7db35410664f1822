/** One browser and one server for all tests of the page: what they look at, and what must never be seen there. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { findChromium, IN_CI, MISSING, openChromium } from '../../../../scripts/chromium.cjs';
import { type Started, Workspace } from '../../../flow-core/test/kit/workspace';

/** What a test looks through, and what it saw that is wrong. */
export interface Seen {
  page: Page;
  /** Console errors, exceptions, dialogs. */
  problems: string[];
  /** Addresses that were asked for, other than this server's. */
  elsewhere: string[];
}

export class Look {
  readonly ws = new Workspace().shareProcess();
  /** Without the token. */
  origin = '';
  #token = '';
  #browser?: Browser;
  #server?: Started;

  async open(): Promise<void> {
    this.#browser = await openChromium();
    this.#server = this.ws.start(['ui', '--json', '--port=0']);
    let printed = '';
    this.#server.child.stdout?.on('data', (text) => {
      printed += text;
    });
    await this.#server.printed('"url"');
    const [, origin = '', token = ''] =
      /"url":\s*"(http:[^"/]*\/\/[^"/]*)\/(#token=[^"]*)"/.exec(printed) ?? [];
    [this.origin, this.#token] = [origin, token];
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    this.#server?.child.kill('SIGTERM');
    await this.#server?.done;
    this.ws.dispose();
  }

  /** A page of its own, as somebody has it who follows the address of the server. */
  async at(path: string, options: BrowserContextOptions = {}): Promise<Seen> {
    const context = await (this.#browser as Browser).newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    const seen: Seen = { page, problems: [], elsewhere: [] };
    page.on('console', (message) => {
      if (message.type() === 'error') seen.problems.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => seen.problems.push(String(error)));
    page.on('dialog', (dialog) => {
      seen.problems.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    page.on('request', (request) => {
      if (!/^(data|about|blob):/.test(request.url()) && !request.url().startsWith(`${this.origin}/`))
        seen.elsewhere.push(request.url());
    });
    await page.goto(`${this.origin}${path}${this.#token}`);
    return seen;
  }
}

/** Follows another address of the page, in the same tab. */
export const go = (page: Page, path: string) => page.goto(new URL(path, page.url()).href);

const AXE = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds that is serious, as `rule: where`. Frames are of other origins, and have tests of their own. */
export async function axe(page: Page): Promise<string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(AXE());
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'], iframes: false }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))`);
}

/** `test`, where there is a browser. In CI there has to be one. */
export function browserTests(): jest.It {
  if (findChromium() !== undefined || IN_CI) return test;
  process.stderr.write(`The tests of the page in a browser were left out. ${MISSING}\n`);
  return test.skip as unknown as jest.It;
}
