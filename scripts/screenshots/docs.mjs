/** The pictures of the README and of docs: some views of the page, as docs/pictures/NAME.webp, and NAME-dark.webp for dark screens. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));

/** Which, and how high. Pixels. */
const HEIGHTS = { runs: 390, run: 740, task: 640, events: 750, compare: 695, spin: 760 };
/** Of 1; letters stay sharp. */
const QUALITY = 0.75;

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{ name: string, show(page: import('playwright-core').Page): Promise<void> }[]} scenes those of the page
 * @returns the files
 */
export async function takeDocs(browser, scenes) {
  const files = [];
  for (const [colorScheme, more] of [
    ['light', ''],
    ['dark', '-dark'],
  ]) {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const painter = await context.newPage();
    for (const [name, height] of Object.entries(HEIGHTS)) {
      await page.setViewportSize({ width: 1280, height });
      await scenes.find((scene) => scene.name === `page-${name}`).show(page);
      const file = `${folder}${name}${more}.webp`;
      writeFileSync(file, await webp(painter, await page.screenshot()));
      files.push(file);
    }
    await context.close();
  }
  return files;
}

/** The browser writes WebP itself. */
async function webp(page, png) {
  const address = await page.evaluate(
    async ([source, quality]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    [`data:image/png;base64,${png.toString('base64')}`, QUALITY],
  );
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
}
