/** Asks a model by its API, and says what that took. */
import { setTimeout } from 'node:timers/promises';
import { fatal } from '@nx-flow/core';
import { z } from 'zod';
import { LABELS } from './sentiment';

export const MODELS = ['small', 'large'] as const;
export type ModelName = (typeof MODELS)[number];

/** Dollars for a million tokens. */
const PRICES: Record<ModelName, { input: number; output: number }> = {
  small: { input: 0.15, output: 0.6 },
  large: { input: 2.5, output: 10 },
};

const Reading = z.object({ label: z.enum(LABELS), confidence: z.number(), because: z.array(z.string()) });
export type Reading = z.output<typeof Reading>;
const Reply = z.object({ content: z.string(), usage: z.object({ input: z.number(), output: z.number() }) });

/** One request, answered or refused. */
export interface Call {
  model: ModelName;
  /** Milliseconds since 1970. */
  at: number;
  /** Milliseconds. */
  duration: number;
  text: string;
  reading?: Reading;
  refused?: string;
  tokens: { input: number; output: number };
  /** Dollars. */
  cost: number;
}

export interface Question {
  url: string;
  model: ModelName;
  prompt: string;
  text: string;
  signal: AbortSignal;
  /** Hears of every request, also of those that are refused. */
  onCall(call: Call): void;
}

/** How often it comes back to a service that is busy. */
const TIMES = 5;

/**
 * Asks, and comes back when the service says so: a 429 is no failure of the step. (A spin leaves the option `retry` out, and this
 * works there, too.)
 */
export async function ask(question: Question): Promise<Reading> {
  const { url, model, prompt, text, signal, onCall } = question;
  for (let time = 1; ; time++) {
    const at = Date.now();
    const response = await post(`${url}/v1/chat`, { model, messages: messagesOf(prompt, text) }, signal);
    const call = { model, at, duration: Date.now() - at, text };
    if (response.status === 429 && time <= TIMES) {
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      onCall({ ...call, refused: `429, again in ${seconds} s`, tokens: { input: 0, output: 0 }, cost: 0 });
      await setTimeout(1000 * seconds, undefined, { signal });
      continue;
    }
    if (!response.ok)
      throw new Error(`the model answered ${response.status}: ${await response.text()}`, { cause: response });
    const { content, usage } = Reply.parse(await response.json());
    const reading = Reading.parse(JSON.parse(content));
    onCall({ ...call, reading, tokens: usage, cost: costOf(model, usage) });
    return reading;
  }
}

export function costOf(model: ModelName, tokens: { input: number; output: number }): number {
  return (tokens.input * PRICES[model].input + tokens.output * PRICES[model].output) / 1e6;
}

/** @throws where nothing answers at all */
export async function isThere(url: string, signal: AbortSignal): Promise<void> {
  await connected(url, () => fetch(url, { signal }));
}

function post(url: string, body: object, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return connected(url, () => fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }));
}

/** Gives a service that is just being started a second. */
async function connected(url: string, request: () => Promise<Response>): Promise<Response> {
  for (let time = 1; ; time++) {
    try {
      return await request();
    } catch (error) {
      if ((error as { cause?: { code?: string } }).cause?.code !== 'ECONNREFUSED') throw error;
      if (time === 5)
        throw fatal(
          new Error(`No model answers at ${url}. Start the stand-in: npx tsx examples/reviews/serve.ts`),
        );
      await setTimeout(250);
    }
  }
}

function messagesOf(prompt: string, text: string) {
  return [
    { role: 'system', content: prompt },
    { role: 'user', content: text },
  ];
}
