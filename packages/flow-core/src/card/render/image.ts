/** Pictures. */
import type { ImageBlock } from '../document';
import { type Markup, markup } from './markup';
import { block } from './parts';
import type { Place } from './place';

const SAFE = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml);base64,[A-Za-z0-9+/=]*$/;

/** @throws TypeError where its address is none of a picture in the file */
export function renderImage(image: ImageBlock, place: Place): Markup {
  if (!SAFE.test(image.source)) throw new TypeError('The image does not lie in the card.');
  const width = Number.isFinite(image.width) && markup` width="${Math.round(image.width as number)}"`;
  return block('img', place.id, image.title, markup`<img src="${image.source}" alt="${image.alt}"${width}>`);
}
