/** What do 200 reviews say? A small model labels each; a large one looks at the doubtful ones again. */
import { flow, merge, param } from '@nx-flow/core';
import { events, progress, row, value } from '@nx-flow/core/card';
import { z } from 'zod';
import * as cards from './cards';
import { ask, type Call, isThere, MODELS } from './model';
import reviews from './reviews.json';

const f = flow('reviews', {
  params: {
    prompt: param
      .file()
      .default('Say whether the customer is satisfied: positive, neutral or negative.')
      .describe('a file with the prompt of the first look'),
    model: z.enum(MODELS).default('small').describe('the model of the first look'),
    sure: z.coerce
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('below this confidence there is a second look'),
    limit: z.coerce.number().int().positive().default(reviews.length).describe('how many reviews are read'),
    url: z.url().default('http://127.0.0.1:4010').describe('where the model answers'),
  },
});

export const start = f.start(async ({ params, signal }) => {
  await isThere(params.url, signal); // Else all of them would say that it is not.
  return { reviews: reviews.slice(0, params.limit) };
});

// One task for each review: 16 requests at a time in each worker, each review on its own to spin.
export const classify = f.foreach(
  'classify',
  {
    after: start,
    over: 'reviews',
    concurrency: 16,
    retry: { times: 3, wait: '500ms', backoff: 2, jitter: 0.5 },
    timeout: '30s',
  },
  async ({ input, params, signal, card }) => {
    const { url, model, prompt } = params;
    const calls: Call[] = [];
    const reading = await ask({
      url,
      model,
      prompt,
      text: input.text,
      signal,
      onCall: (call) => calls.push(call),
    });
    cards.showOne(card, { ...input, ...reading }, calls);
    return { reading, calls };
  },
);

export const classified = f.join('classified', { after: classify }, ({ inputs, card }) => {
  const { reviews } = merge(inputs, { include: ['reviews'] });
  const first = inputs.map(({ reading }, i) => ({ ...(reviews[i] as cards.Review), ...reading }));
  const calls = inputs.flatMap((input) => input.calls);
  console.log(
    `${cards.rightOf(first)} of ${first.length} are as the stars say, for $${cards.dollars(calls)}`,
  );
  cards.showAll(card, first, calls);
  return { first, calls };
});

// One task for all that are doubtful, four at a time: its card tells how far it is.
export const secondLook = f.step(
  'secondLook',
  { after: classified, timeout: '5m' },
  async ({ self, params, signal, card }) => {
    const second = [...self.first];
    const doubtful = second.flatMap((one, i) => (one.confidence < params.sure ? [{ ...one, i }] : []));
    card.title = 'A second look';
    card.add(`The small model is not sure of **${doubtful.length}** reviews. The large one looks again.`);
    const done = card.add(progress({ total: doubtful.length, unit: 'reviews' }));
    const spent = value('$0', { title: 'Costs' });
    const changed = value(0, { title: 'Other label', unit: 'reviews' });
    card.add(row([spent, changed]));
    const timeline = card.add(events([], { title: 'The last calls' }));
    const calls: Call[] = [];
    const onCall = (call: Call) => {
      calls.push(call);
      timeline.items = cards.inOrder(calls.slice(-12));
      spent.value = `$${cards.dollars(calls)}`;
    };
    const queue = doubtful.values();
    const worker = async () => {
      for (const { i, ...one } of queue) {
        const prompt = params.prompt;
        const reading = await ask({
          url: params.url,
          model: 'large',
          prompt,
          text: one.text,
          signal,
          onCall,
        });
        if (reading.label !== one.label) changed.value = Number(changed.value) + 1;
        second[i] = { ...one, ...reading };
        done.value++;
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    console.log(`${doubtful.length} were doubtful, ${changed.value} got another label`);
    return { second, calls: [...self.calls, ...calls] };
  },
);

export const report = f.step('report', { after: secondLook }, ({ self, card }) => {
  const { first, second, calls } = self;
  const right = cards.rightOf(second);
  console.log(`${right} of ${second.length} are as the stars say, for $${cards.dollars(calls)}`);
  cards.showReport(card, { first, second, calls });
  return { right };
});

export default f.end(report);
