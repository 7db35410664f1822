/** Spins of the moment: those that are asked for here, and those of other commands. Nothing of them is stored. */
import { randomUUID } from 'node:crypto';
import {
  currentUser,
  FlowError,
  keptValue,
  type PublishedEvent,
  Running,
  renderBlocks,
  renderCard,
  rendered,
} from '@nx-flow/core/ui';
import type { LogReply, SpinDetail, SpinRequest, SpinsReply } from '../../api/routes';
import { requireFile } from '../flows/files';
import type { FoundCard } from '../frames/framed';
import { commandFolder, jsonOf } from '../params-file';
import type { Reader } from '../read/reader';
import { busy } from '../replies';
import { spinArgv } from './command';
import { spinDetail } from './detail';
import { SpinMemory } from './memory';
import { OtherSpins } from './others';
import { ReadySpares } from './ready';
import { Spin } from './spin';
import { entryOf } from './spins-in';
import { Teller, type TellerPlace } from './teller';

/** Columns of what a refusal prints, and how many spins go on at once. */
const [COLUMNS, AT_ONCE] = [120, 12];

export interface SpinsPlace extends TellerPlace {
  cwd: string;
  env: boolean;
  /** In which a run is looked up. Undefined means all. */
  namespace: string | undefined;
  reader: Reader;
  /** Options of commands, as they are shown. */
  more: string;
}

export class Spins {
  readonly #place: SpinsPlace;
  readonly #ready: ReadySpares;
  readonly #memory: SpinMemory;
  readonly #teller: Teller;
  readonly #others: OtherSpins;
  readonly #running = new Map<number, { running: Running; file: string }>();
  /** Processes of the spins that were asked for here: they say the same to all. */
  readonly #own = new Set<number>();

  constructor(place: SpinsPlace, memory = new SpinMemory()) {
    this.#place = place;
    this.#memory = memory;
    this.#teller = new Teller(place, memory);
    this.#others = new OtherSpins(memory, this.#teller);
    const { workspace, cwd, env, reader } = place;
    this.#ready = new ReadySpares({ workspace, cwd, env, store: reader.folder });
  }

  list(): SpinsReply {
    this.#others.look();
    return { spins: this.#memory.entries(), dropped: this.#memory.dropped };
  }

  /** What any process does. @returns whether it is of a spin that was asked for here, and told already */
  hear(published: PublishedEvent): boolean {
    if (this.#own.has(published.pid)) return true;
    this.#others.hear(published);
    return false;
  }

  /** Makes a process ready. What keeps it from that is told when it is needed. */
  prepare(flow: string): void {
    void requireFile(this.#place, flow).then(
      (file) => this.#ready.of(file, this.#files()).refill(),
      () => {},
    );
  }

  /** @throws FlowError FLOW_NOT_FOUND, FLOW_UI_REQUEST, FLOW_UI_BUSY */
  async start(request: SpinRequest): Promise<number> {
    const { flow, step, index = [], set = {}, params } = request;
    if (this.#running.size >= AT_ONCE) throw busy('spins', AT_ONCE);
    for (const [name, text] of Object.entries(set)) jsonOf(name, text);
    const file = await requireFile(this.#place, flow);
    const given = commandFolder(params);
    const at = Date.now();
    const about = { work: randomUUID(), at, user: currentUser(), flow, step, index };
    const entry = { ...entryOf({ ...about, origin: undefined, iteration: undefined }), here: true };
    const spin = this.#memory.add((n) => new Spin({ ...entry, n }, { request }));
    const running = new Running(spin.entry.n, this.#ready.of(file, this.#files()));
    this.#running.set(spin.entry.n, { running, file });
    this.#teller.tell(spin);
    const ending = this.#execute(
      spin,
      running,
      spinArgv(request, [...given.argv, `--namespace=${this.#place.namespace ?? 'everybody'}`]),
    );
    void ending.finally(() => {
      given.remove();
      this.#running.delete(spin.entry.n);
    });
    return spin.entry.n;
  }

  async #execute(spin: Spin, running: Running, argv: readonly string[]): Promise<void> {
    const own = () => void (running.pid !== undefined && this.#own.add(running.pid));
    const printed = (text: string) => this.#teller.printed(spin, text);
    const ending = running.execute(
      { argv, columns: COLUMNS },
      {
        event: (event) => {
          own();
          this.#teller.happened(spin, event);
        },
        ...{ printed, note: (text) => printed(`${text}\n`) },
      },
    );
    own();
    const outcome = await ending;
    if (!outcome) return;
    const { end, done } = outcome;
    const durationMs = Date.now() - spin.entry.at;
    if (done) this.#teller.ended(spin, done);
    else if (end.type === 'refused') this.#teller.failed(spin, end.error.code, end.error.message, durationMs);
    else {
      const how = end.type === 'died' ? end.how : 'ended without a result';
      this.#teller.failed(spin, 'FLOW_WORKER_DIED', `The process of the spin ${how}.`, durationMs);
    }
  }

  /** Resolves when nothing of it is left. @throws FlowError FLOW_SPIN_NOT_FOUND */
  async stop(n: number): Promise<void> {
    const spin = this.#memory.get(n);
    const under = this.#running.get(n);
    if (!under || !spin.isRunning) return;
    await under.running.stop();
    this.#running.delete(n);
    this.#teller.stopped(spin);
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND */
  async detail(n: number): Promise<SpinDetail> {
    const spin = this.#memory.get(n);
    const { workspace, more, reader, cards } = this.#place;
    const read = { workspace, store: reader.store(), client: reader.client(), more };
    const detail = await spinDetail(spin, this.#memory.before(spin), read);
    return spin.isRunning ? { ...detail, cards: cards.of(n).map(({ id }) => ({ id })) } : detail;
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND */
  log(n: number, from: number): LogReply {
    return this.#memory.get(n).log(from);
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND, FLOW_CARD_NOT_FOUND */
  card(n: number, id: string): FoundCard {
    const card = this.#memory.get(n).cards.find((one) => one.id === id);
    if (card) return { html: card.html };
    const live = this.#place.cards.find(n, 0, id);
    if (live)
      return {
        html: renderCard(live, { live: {} }),
        policy: renderBlocks(live, { live: {} }).policy,
      };
    const message = `Spin ${n} has no card "${id}", or another spin replaced it before it was read.`;
    throw new FlowError('FLOW_CARD_NOT_FOUND', message);
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND, FLOW_ARTIFACT_NOT_FOUND, FLOW_CODEC_UNKNOWN */
  value(n: number, name: string, path: readonly (string | number)[]): FoundCard {
    const kept = this.#memory.get(n).values.get(name);
    if (!kept) {
      const message = `The value of "${name}" in spin ${n} is not kept: it is large, or another spin has replaced it.`;
      throw new FlowError('FLOW_ARTIFACT_NOT_FOUND', message);
    }
    const value = keptValue(kept, this.#place.reader.store().cas);
    return { html: rendered(value, kept, path).html };
  }

  /** Resolves when nothing that was started here is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ running }) => running.stop()));
    await this.#ready.close();
  }

  #files(): ReadonlySet<string> {
    return new Set([...this.#running.values()].map(({ file }) => file));
  }
}
