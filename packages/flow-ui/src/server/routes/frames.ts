/** Frames: cards and values, each at an address that answers once. */
import type { Hono } from 'hono';
import type { FrameReply, FrameRequest } from '../../api/routes';
import { findCard } from '../frames/find';
import { framed } from '../frames/framed';
import type { Here } from '../here';
import { notUnderstood, refusal } from '../replies';
import { bodyOf } from './body';

export function frameRoutes(app: Hono, here: Here): void {
  app.post('/api/frame', async (c) => {
    const found = await findCard(here, await bodyOf<FrameRequest>(c), c.req.raw.signal);
    const reply: FrameReply = {
      url: here.frames.add(framed(found)),
      ...(found.policy === undefined ? {} : { policy: found.policy }),
    };
    return c.json(reply);
  });
  app.get('/frame/:id', (c) => {
    const found = here.frames.take(c.req.param('id'));
    if (!found) return refusal(notUnderstood('This address was asked for already, or is too old.'), 410);
    return new Response(found.html, {
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': found.policy,
        'Cache-Control': 'no-store',
      },
    });
  });
}
