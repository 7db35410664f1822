/** Spins of the moment: those that are asked for here, and those of other commands. Nothing of them is stored. */
import { randomUUID } from 'node:crypto';
import {
  currentUser,
  FlowError,
  type FlowEvent,
  inside,
  isAlive,
  keptValue,
  type PublishedEvent,
  Running,
  renderBlocks,
  renderCard,
  rendered,
  type SpinDone,
} from '@nx-flow/core/ui';
import type { LogReply, SpinDetail, SpinRequest, SpinsReply } from '../../api/routes';
import { requireFile } from '../flows';
import type { FoundCard } from '../frames/framed';
import { cardMessage, type LiveCards } from '../live/cards';
import { isShown } from '../live/events';
import type { Hub } from '../live/hub';
import { commandFolder, jsonOf } from '../params-file';
import type { Reader } from '../read/reader';
import { spinArgv } from './command';
import { spinDetail } from './detail';
import { SpinMemory } from './memory';
import { entryOf, MOST_OF_ONE, spinsIn } from './others';
import { ReadySpares } from './ready';
import { Spin } from './spin';

/** Columns of what a refusal prints. */
const COLUMNS = 120;

export interface SpinsPlace {
  workspace: string;
  cwd: string;
  env: boolean;
  reader: Reader;
  hub: Hub;
  cards: LiveCards;
}

export class Spins {
  readonly #place: SpinsPlace;
  readonly #ready: ReadySpares;
  readonly #memory: SpinMemory;
  readonly #running = new Map<number, { running: Running; file: string }>();
  /** Processes of the spins that were asked for here: they say the same to all. */
  readonly #own = new Set<number>();

  constructor(place: SpinsPlace, memory = new SpinMemory()) {
    this.#place = place;
    this.#memory = memory;
    const { workspace, cwd, env, reader } = place;
    this.#ready = new ReadySpares({ workspace, cwd, env, store: reader.folder });
  }

  list(): SpinsReply {
    for (const spin of this.#memory.all()) {
      const gone = spin.isRunning && spin.pid !== undefined && !isAlive(spin.pid);
      if (gone) spin.stopped();
    }
    return { spins: this.#memory.entries(), dropped: this.#memory.dropped };
  }

  /** Makes a process ready. What keeps it from that is told when it is needed. */
  prepare(flow: string): void {
    void requireFile(this.#place, flow).then(
      (file) => this.#ready.of(file, this.#files()).refill(),
      () => {},
    );
  }

  /** @throws FlowError FLOW_NOT_FOUND, FLOW_UI_REQUEST */
  async start(request: SpinRequest): Promise<number> {
    const { flow, step, index = [], set = {}, params } = request;
    for (const [name, text] of Object.entries(set)) jsonOf(name, text);
    const file = await requireFile(this.#place, flow);
    const given = commandFolder(params);
    const at = Date.now();
    const about = { work: randomUUID(), at, user: currentUser(), flow, step, index };
    const spin = this.#memory.add(
      (n) =>
        new Spin(
          { ...entryOf({ ...about, origin: undefined, iteration: undefined }), here: true, n },
          { request },
        ),
    );
    const { n } = spin.entry;
    const running = new Running(n, this.#ready.of(file, this.#files()));
    this.#running.set(n, { running, file });
    this.#tell(spin);
    const say = (text: string) => this.#printed(spin, 'stderr', text);
    const ending = running.execute(
      { argv: spinArgv(request, given.argv), columns: COLUMNS },
      {
        event: (event) => this.#happened(spin, running, event),
        printed: say,
        note: (text) => say(`${text}\n`),
      },
    );
    if (running.pid !== undefined) this.#own.add(running.pid);
    void ending
      .then((outcome) => {
        if (!outcome) return;
        const { end, done } = outcome;
        const durationMs = Date.now() - at;
        if (done) return this.#ended(spin, done);
        if (end.type === 'refused') return this.#failed(spin, end.error.code, end.error.message, durationMs);
        const how = end.type === 'died' ? end.how : 'ended without a result';
        return this.#failed(spin, 'FLOW_WORKER_DIED', `The process of the spin ${how}.`, durationMs);
      })
      .finally(() => {
        given.remove();
        this.#running.delete(n);
      });
    return n;
  }

  /** Resolves when nothing of it is left. @throws FlowError FLOW_SPIN_NOT_FOUND */
  async stop(n: number): Promise<void> {
    const spin = this.#memory.get(n);
    const under = this.#running.get(n);
    if (!under) return;
    spin.stopped();
    this.#place.cards.ended(n);
    await under.running.stop();
    this.#running.delete(n);
    this.#tell(spin);
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND */
  async detail(n: number): Promise<SpinDetail> {
    const spin = this.#memory.get(n);
    const { reader, cards } = this.#place;
    const detail = await spinDetail(spin, this.#memory.before(spin), {
      store: reader.store(),
      client: reader.client(),
    });
    const live = cards.of(n).map(({ id }) => ({ id }));
    return spin.isRunning ? { ...detail, cards: live } : detail;
  }

  log(n: number, from: number): LogReply {
    return this.#memory.get(n).log(from);
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND, FLOW_CARD_NOT_FOUND */
  card(n: number, id: string): FoundCard {
    const card = this.#memory.get(n).cards.find((one) => one.id === id);
    if (card) return { html: card.html };
    const live = this.#place.cards.find(n, 0, id);
    if (!live)
      throw new FlowError(
        'FLOW_CARD_NOT_FOUND',
        `Spin ${n} has no card "${id}", or it was replaced before it was read.`,
      );
    return { html: renderCard(live, { live: {} }), policy: renderBlocks(live, { live: {} }).policy };
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND, FLOW_ARTIFACT_NOT_FOUND, FLOW_CODEC_UNKNOWN */
  value(n: number, name: string, path: readonly (string | number)[]): FoundCard {
    const kept = this.#memory.get(n).values.get(name);
    if (!kept)
      throw new FlowError(
        'FLOW_ARTIFACT_NOT_FOUND',
        `The value of "${name}" in spin ${n} is not kept: it is large, or was replaced.`,
      );
    const value = inside(keptValue(kept, this.#place.reader.store().cas), path);
    const { type, size } = kept;
    return { html: rendered(value, { name: [name, ...path].join('.'), type, size }).html };
  }

  /** What another process does. @returns whether it is of a spin that was asked for here, and told already */
  hear(published: PublishedEvent): boolean {
    const { pid, work, user, at, event } = published;
    if (this.#own.has(pid)) return true;
    const found = spinsIn(published);
    if (event.type === 'task-log' && event.task.run === undefined)
      this.#ofWork(work).at(0)?.print(event.stream, event.text, at);
    if (event.type === 'card-updated' && event.task.run === undefined) {
      const [spin] = this.#ofWork(work);
      if (spin) this.#showCard(spin, event);
    }
    const { begins } = found ?? {};
    if (begins) this.#tell(this.#memory.add((n) => new Spin({ ...begins, n }, { pid })));
    for (const done of found?.ended?.slice(0, MOST_OF_ONE) ?? []) {
      const { flow, step, index, iteration, origin } = done;
      const like = this.#ofWork(work).find(
        (one) =>
          one.entry.step === step &&
          one.entry.index.join() === index.join() &&
          one.entry.iteration === iteration,
      );
      if (like && !like.isRunning) continue;
      const entry = entryOf({ work, at, user, flow, step, index, origin, iteration });
      this.#ended(like ?? this.#memory.add((n) => new Spin({ ...entry, n }, { pid })), done);
    }
    if (found?.stopped) for (const spin of this.#ofWork(work)) if (spin.isRunning) this.#stopped(spin);
    return false;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ running }) => running.stop()));
    await this.#ready.close();
  }

  #ofWork(work: string): Spin[] {
    return this.#memory.all().filter(({ entry }) => entry.work === work);
  }

  #files(): ReadonlySet<string> {
    return new Set([...this.#running.values()].map(({ file }) => file));
  }

  #happened(spin: Spin, { pid }: Running, event: FlowEvent): void {
    if (pid !== undefined) this.#own.add(pid);
    if (event.type === 'spin-started') {
      spin.began(event);
      this.#tell(spin);
    }
    if (event.type === 'task-log') spin.print(event.stream, event.text);
    if (event.type === 'card-updated') this.#showCard(spin, event);
    const { hub } = this.#place;
    if (hub.isHeard && isShown(event))
      hub.send({ type: 'event', work: spin.entry.work, at: Date.now(), event });
  }

  #showCard({ entry }: Spin, { attempt, id, document }: Extract<FlowEvent, { type: 'card-updated' }>): void {
    const card = { task: entry.n, attempt, id, document };
    const { cards, hub } = this.#place;
    cards.take(card);
    if (hub.isHeard) hub.send(cardMessage(card));
  }

  #printed(spin: Spin, stream: 'stdout' | 'stderr', text: string): void {
    spin.print(stream, text);
    const { work, flow, step, index } = spin.entry;
    const event = { type: 'task-log' as const, task: { flow, step, index }, stream, text };
    if (this.#place.hub.isHeard) this.#place.hub.send({ type: 'event', work, at: Date.now(), event });
  }

  #ended(spin: Spin, done: SpinDone): void {
    spin.ended(done, this.#place.workspace, this.#memory.before(spin));
    this.#place.cards.ended(spin.entry.n);
    this.#memory.makeRoom();
    this.#tell(spin);
  }

  #failed(spin: Spin, code: string, message: string, durationMs: number): void {
    spin.failed({ name: 'FlowError', code, message }, durationMs);
    this.#place.cards.ended(spin.entry.n);
    this.#tell(spin);
  }

  #stopped(spin: Spin): void {
    spin.stopped();
    this.#tell(spin);
  }

  #tell({ entry }: Spin): void {
    if (this.#place.hub.isHeard) this.#place.hub.send({ type: 'spin', spin: { ...entry } });
  }
}
