/** Tags and comparisons. */
import { compare } from '@nx-flow/core/ui';
import type { Hono } from 'hono';
import type { CompareReply, TagsRequest } from '../../api/routes';
import type { Here } from '../here';
import { runEntry } from '../read/run-entry';
import { notUnderstood } from '../replies';
import { bodyOf, listOf } from './body';

export function changeRoutes(app: Hono, here: Here): void {
  app.post('/api/tags', async (c) => {
    const { run, add, remove } = await bodyOf<TagsRequest>(c);
    const found = await here.client().run(String(run));
    await found.replaceTags(listOf('Tags to remove', remove), listOf('Tags to add', add));
    return c.json(runEntry(found));
  });
  app.get('/api/compare', async (c) => {
    const { a, b } = c.req.query();
    if (!a || !b) throw notUnderstood('Which two? Give a and b, as in ?a=movies/12&b=movies/11.');
    const reply: CompareReply = await compare(here.reader.store(), a, b);
    return c.json(reply);
  });
}
