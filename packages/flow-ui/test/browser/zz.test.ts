import { prepare } from './flows';
import { go, Look } from './kit';

const look = new Look();
beforeAll(async () => {
  await prepare(look.ws);
  await look.open();
});
afterAll(() => look.close());
test('x', async () => {
  const { page, problems } = await look.at('/runs');
  const run = look.ws.start(['run', 'live']);
  page.on('request', (r) => console.log(r.method(), r.url(), r.postData()));
  page.on('console', (m) => console.log(m.text()));
  try {
    await look.ws.hear('train-1');
    await go(page, '/task/live/1/train/2');
    const card = page.frameLocator('iframe');
    await page.evaluate(`addEventListener('message', (e) => console.log(JSON.stringify(e.data)))`);
    await card.getByText('It waits.').waitFor();
    console.log(
      await card
        .locator('html')
        .evaluate('(root) => { root.ownerDocument.defaultView.kept = true; return 5 }'),
      await card.locator('html').evaluate('(root) => root.ownerDocument.defaultView.kept'),
    );
    look.ws.tell('change-1');
    await card.getByText('It has changed.').waitFor();
    console.log(await card.locator('html').evaluate('(root) => root.ownerDocument.defaultView.kept'));
  } finally {
    await page.screenshot({ path: '/tmp/nxf/e4-live.png', fullPage: true });
    for (const n of ['change-1', 'go-1', 'change-2', 'go-2']) look.ws.tell(n);
    await run.done;
  }
});
