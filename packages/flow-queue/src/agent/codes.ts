/** The code of one run at its worker: that of the worker's own checkout, or what the run has sent. */
import { FlowError, isFlowError } from '@nx-flow/core/queue';
import type { Accepting } from '../ship/accepting';
import type { Held } from '../ship/kept';
import type { Chunk, ChunkJob } from '../wire/chunk';
import type { Checkout, Code } from './checkout';

export interface FoundCode {
  checkout: Checkout;
  code: Code;
}

export class Codes {
  readonly #own: Checkout;
  readonly #accepting: Accepting;
  #sent: { hash: string; held: Promise<Held & { checkout: Checkout }> } | undefined;

  constructor(own: Checkout, accepting: Accepting) {
    this.#own = own;
    this.#accepting = accepting;
  }

  /** @throws FlowError FLOW_WORKER_SHIP, what {@link Accepting.hold} and {@link Checkout.code} throw */
  async of(data: ChunkJob, chunk: Chunk): Promise<FoundCode> {
    if (!data.shipped) return this.#in(this.#own, data, chunk);
    const why = this.#accepting.refusal(data);
    if (why) return this.#ownInstead(data, chunk, why);
    return this.#in(await this.#unpacked(data.token, data.shipped), data, chunk);
  }

  /** A worker that takes no code may have the same. */
  async #ownInstead(data: ChunkJob, chunk: Chunk, why: FlowError): Promise<FoundCode> {
    let what = 'its own code differs';
    try {
      const own = await this.#in(this.#own, data, chunk);
      if (own.code.of(data.step).digest === chunk.code) return own;
    } catch (error) {
      if (!isFlowError(error)) throw error;
      what = 'it has not got the code';
    }
    throw new FlowError(why.code, `${what}, and ${why.message}`, { exit: 1 });
  }

  async #in(checkout: Checkout, { flow }: ChunkJob, { file }: Chunk): Promise<FoundCode> {
    return { checkout, code: await checkout.code(flow, file) };
  }

  async #unpacked(token: string, shipped: NonNullable<ChunkJob['shipped']>): Promise<Checkout> {
    if (this.#sent?.hash !== shipped.hash) {
      await this.close();
      const held = this.#accepting
        .hold(token, shipped)
        .then((one) => ({ ...one, checkout: this.#own.beside(one.folder) }));
      this.#sent = { hash: shipped.hash, held };
    }
    const { held } = this.#sent;
    try {
      return (await held).checkout;
    } catch (error) {
      if (this.#sent?.held === held) this.#sent = undefined;
      throw error;
    }
  }

  /** Nothing of the code is executed any more. */
  async close(): Promise<void> {
    const sent = this.#sent;
    this.#sent = undefined;
    await sent?.held.then((held) => held.release()).catch(() => {});
  }
}
