/** A chart of Vega as an image: no script of it gets into the file. */
import type { VegaBlock } from '../document';
import { type Markup, markup } from './markup';
import { block, note } from './parts';
import type { Place } from './place';
import { drawVega } from './vega-drawing';

export function renderVega(vega: VegaBlock, place: Place): Markup {
  const drawing = drawVega(vega.spec, vega.lite);
  const spec = JSON.parse(vega.spec) as { title?: unknown; description?: unknown };
  if ('missing' in drawing) {
    place.need('code');
    return block('code', place.id, vega.title, [
      markup`<pre tabindex="0"><code>${JSON.stringify(spec, null, 2)}</code></pre>`,
      note(`To see the chart, install ${drawing.missing.join(' and ')} in your workspace.`),
    ]);
  }
  place.need('vega');
  const { svg } = drawing;
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  const alt = [vega.title, spec.description, spec.title].find((text) => typeof text === 'string') ?? 'Chart';
  const [width, height] = [sizeOf(svg, 'width'), sizeOf(svg, 'height')];
  return block(
    'vega',
    place.id,
    vega.title,
    markup`<img src="${source}" alt="${String(alt)}" width="${width}" height="${height}">`,
  );
}

/** Of the whole picture, in CSS pixels. */
function sizeOf(svg: string, name: 'width' | 'height'): number {
  return Math.ceil(Number(new RegExp(`^<svg[^>]* ${name}="([\\d.]+)"`).exec(svg)?.[1])) || 200;
}
