/** How everything is looked at: light and dark, wide and on a telephone. */

const SIZES = [
  [1280, 800],
  [420, 800],
];

export const VIEWS = ['light', 'dark'].flatMap((colorScheme) =>
  SIZES.map(([width, height]) => ({
    name: `${colorScheme}-${width}`,
    options: { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' },
  })),
);

/** A page that shows the pictures beside each other, from their own folder. */
export function indexOf(scenes) {
  const rows = scenes.map(
    ({ name }) =>
      `<h2>${name}</h2><div>${VIEWS.map((view) => `<a href="${name}-${view.name}.png"><img src="${name}-${view.name}.png" alt="${name}, ${view.name}" loading="lazy"></a>`).join('')}</div>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Screenshots</title>
<style>body{font:14px sans-serif;background:#888}div{display:flex;gap:8px;align-items:flex-start}img{max-width:24vw}</style>
${rows.join('\n')}
`;
}
