/** Values as trees, which open and close without a script. */
import type { ArtifactBlock, JsonBlock, Tree } from '../document';
import { type Filling, type Markup, markup } from './markup';
import { block } from './parts';
import type { Place } from './place';

export function renderJson(json: JsonBlock, place: Place): Markup {
  place.need('json');
  return block(
    'json',
    place.id,
    json.title,
    markup`<div class="tree">${treeMarkup(json.tree, json.open, `${place.id}-j`)}</div>`,
  );
}

/** @param open how many levels are open @param id of what opens @param said stands in the place of its kind */
export function treeMarkup(tree: Tree, open: number, id: string, name?: string, said?: string): Markup {
  const label: Filling = name !== undefined && markup`<b>${name}</b> `;
  if (!tree.items) return markup`<div>${label}<span class="${kindOf(tree)}">${tree.text}</span></div>`;
  if (tree.items.length === 0)
    return markup`<div>${label}<span class="word">${tree.text}, empty</span></div>`;
  const inside = tree.items.map(([key, item], i) => treeMarkup(item, open - 1, `${id}.${i}`, key));
  return markup`<details data-k="${id}"${open > 0 && markup` open`}><summary>${label}<span class="word">${said || tree.text}</span></summary>${inside}</details>`;
}

const KINDS = new Set(['text', 'number', 'word', 'more']);

function kindOf({ kind }: Tree): string {
  return KINDS.has(kind) ? kind : 'word';
}

export function renderArtifact(artifact: ArtifactBlock, place: Place): Markup {
  place.need('json');
  const head = markup`<figcaption><code>${artifact.name}</code> <span class="kind">${artifact.kind}</span></figcaption>`;
  return markup`<figure class="b artifact" data-k="${place.id}">${head}${place.block(artifact.preview, 'a')}</figure>`;
}
