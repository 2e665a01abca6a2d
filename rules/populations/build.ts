// Brings a whole population up to date, as a job: in chunks by customer id, each its own write transaction, so that writers
// get their turn and what they change meanwhile is never overwritten by something older. Goes on where it stopped when killed.
import {
  type Db,
  defineJob,
  dialectOf,
  type Faults,
  GiveUp,
  type JobContext,
  type Platform,
  system,
  transact,
  transactRetrying,
} from '../../core/index.ts';
import { createDocumentStore } from '../documents/documents-store.ts';
import { asOf } from '../language/as-of.ts';
import { compileSql, createFactReader, hasSql } from '../language/index.ts';
import { createBuildStore, type Span } from './build-store.ts';
import { idOf, type Population, type RuleIndex, type RuleIndexes } from './indexes.ts';
import { createMembersStore } from './members-store.ts';
import { isBefore, orderOf, type Place, segmentsReadBy } from './order.ts';

export const buildQueue = 'segments:build';
/** The reason of the build that follows an activation. */
export const activationOf = (version: number): string => `version ${version}`;
/**
 * One wave of builds: each population that has to follow is built once, after those it reads. The job of each makes the job of
 * the next, and the place only grows.
 */
type Wave = {
  place: Place;
  /** Facts that changed for many at once: who reads one is built in any case. null: everybody is. */
  facts: readonly string[] | null;
  /** Segments whose members changed in this wave. */
  changed: readonly string[];
  reason: string;
};
/** `activates`: the version whose first build this is. */
export type BuildPayload = {
  kind: 'segment' | 'alert';
  key: string;
  reason: string;
  activates?: number;
  wave?: Wave;
};
type Progress = { after: string; done: number; total: number; entered: number; left: number; version: number };

const noProgress: Progress = { after: '', done: 0, total: 0, entered: 0, left: 0, version: 0 };
const firstChunk = 1000;
/** Above this the planner should learn how large the segment became. */
const manyMoves = 10_000;
const bounds = { least: 250, most: 20_000 };
/** A chunk holds writers of its customers up this long, about. */
const chunkMs = 60;
const mostTries = 50;

export type Build = ReturnType<typeof createBuild>;

export const createBuild = (
  platform: Platform,
  deps: { indexes: RuleIndexes; faults: Faults; onDue: (trx: Db, at: number | null) => void },
) => {
  const { database, clock, jobs, audit, log } = platform;

  /** In the caller's transaction: queues the work and notes it on the rule. */
  const request = async (trx: Db, payload: BuildPayload): Promise<string> => {
    const [id] = await jobs.enqueue(trx, { queue: buildQueue, key: `${payload.kind}:${payload.key}`, payload });
    await createDocumentStore(trx).setBuildJob(payload.kind, payload.key, id!);
    return id!;
  };

  /** In the caller's transaction: what many customers changed in at once; the populations that read it follow. */
  const requestAll = async (trx: Db, facts: readonly string[] | null, reason: string): Promise<void> =>
    next(trx, await deps.indexes.at(trx), { place: { depth: -1, id: '' }, facts, changed: [], reason });

  const next = async (trx: Db, index: RuleIndex, wave: Wave): Promise<void> => {
    const { facts, changed, reason } = wave;
    if (facts?.length === 0 && changed.length === 0) return;
    const ahead = orderOf(index).filter(({ place }) => isBefore(wave.place, place));
    const follows = (population: Population): boolean =>
      facts === null || population.compiled.dependencies.some((fact) => facts.includes(fact));
    const causeOf = (population: Population): string | undefined =>
      segmentsReadBy(population).find((segment) => changed.includes(segment));
    const found = ahead.find(({ population }) => follows(population) || causeOf(population));
    if (!found) return;
    const { kind, key } = found.population;
    const cause = causeOf(found.population);
    const why = follows(found.population) || !cause ? reason : `segment ${cause}`;
    await request(trx, { kind, key, reason: why, wave: { ...wave, place: found.place } });
  };

  /** What follows a build, whether it ran to its end or had nothing to do. */
  const follow = async (trx: Db, payload: BuildPayload, changed: boolean): Promise<void> => {
    const { kind, key, reason } = payload;
    const index = await deps.indexes.at(trx);
    const id = idOf(kind, key);
    const own = orderOf(index).find(({ population }) => population.id === id)?.place;
    // A segment that is gone stands before everybody who reads it.
    const wave = payload.wave ?? { place: own ?? { depth: -1, id: '' }, facts: [], changed: [], reason };
    const moved = changed && kind === 'segment' ? [...wave.changed, key] : wave.changed;
    await next(trx, index, { ...wave, changed: moved });
  };

  /** undefined when another version is active by now: its own build follows. */
  const chunk = (population: Population | null, id: string, span: Span, reason: string) =>
    transact(database.writer, async (trx) => {
      const store = createBuildStore(trx);
      const active = (await deps.indexes.at(trx)).populations.get(id);
      if (active?.version !== population?.version) return undefined;
      await store.lockChunk(span);
      const now = asOf(clock);
      if (!population) {
        const left = await store.leaveUnwanted(id, null, span, { version: 0, reason, now });
        return { entered: 0, left };
      }
      const row = { version: population.version, reason, now };
      const wanted = await selectionOf(trx, population, span, now);
      const left = await store.leaveUnwanted(id, wanted, span, row);
      const entered = await store.enterWanted(id, wanted, span, row);
      await planNext(trx, population, span, now);
      await deps.faults.hit('build.chunk');
      return { entered, left };
    });

  const planNext = async (trx: Db, population: Population, span: Span, now: number): Promise<void> => {
    const store = createBuildStore(trx);
    await store.clearNext(population.id, span);
    if (!population.moving) return;
    const due: { customerId: string; at: number }[] = [];
    for await (const { id, facts } of living(trx, population, span, now)) {
      const at = population.compiled.nextChangeAt(facts, now);
      if (at !== null) due.push({ customerId: id, at });
    }
    await store.setNext(population.id, due);
    deps.onDue(
      trx,
      due.length > 0 ? due.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY) : null,
    );
  };

  /** The wave goes on after a population that was paused, changed meanwhile, or cannot be built. */
  const run = async (payload: BuildPayload, context: JobContext): Promise<Progress> => {
    const goOn = () => transactRetrying(database.writer, (trx) => follow(trx, payload, false));
    try {
      const { progress, finished } = await build(payload, context);
      if (!finished) await goOn();
      return progress;
    } catch (error) {
      if (error instanceof GiveUp || (context.job.lastAttempt && !context.signal.aborted)) await goOn();
      throw error;
    }
  };

  const build = async (
    payload: BuildPayload,
    context: JobContext,
  ): Promise<{ progress: Progress; finished: boolean }> => {
    const id = idOf(payload.kind, payload.key);
    const population = await current(payload, id);
    if (population === undefined) return { progress: noProgress, finished: false };
    const progress = await resume(context.job.id, population?.version ?? 0);
    const store = createBuildStore(database.writer);
    progress.total = await store.countCustomers();
    let size = firstChunk;
    let failures = 0;
    for (;;) {
      context.signal.throwIfAborted();
      const upTo = await store.findChunkEnd(progress.after, size);
      if (upTo === null) break;
      const started = performance.now();
      const moved = await chunk(population, id, { after: progress.after, upTo }, payload.reason).catch(
        (error: unknown) => {
          if (!isBusy(error) || ++failures > mostTries) throw error;
          return 'busy' as const;
        },
      );
      if (moved === undefined) return { progress, finished: false };
      if (moved === 'busy') {
        size = Math.max(bounds.least, Math.floor(size / 2));
        continue;
      }
      await deps.faults.hit('build.committed');
      failures = 0;
      progress.after = upTo;
      progress.done = Math.min(progress.total, progress.done + size);
      progress.entered += moved.entered;
      progress.left += moved.left;
      await context.progress(progress);
      const wish = size * Math.min(4, Math.max(0.5, chunkMs / (performance.now() - started)));
      size = Math.round(Math.min(bounds.most, Math.max(bounds.least, wish)));
    }
    progress.done = progress.total;
    await finish(payload, population, context.job.id, progress);
    if (progress.entered + progress.left > manyMoves) await store.analyzeMembers();
    return { progress, finished: true };
  };

  /** null when everybody has to leave, undefined when there is nothing to do. */
  const current = async (payload: BuildPayload, id: string): Promise<Population | null | undefined> => {
    const document = await createDocumentStore(database.writer).find(payload.kind, payload.key);
    if (!document) throw new GiveUp(`The ${payload.kind} ${payload.key} is gone.`);
    if (document.status !== 'active') return document.status === 'archived' ? null : undefined;
    const population = (await deps.indexes.at(database.writer)).populations.get(id);
    if (!population) throw new GiveUp(`The ${payload.kind} ${payload.key} cannot be computed any more.`);
    return population;
  };

  const resume = async (jobId: string, version: number): Promise<Progress> => {
    const job = await jobs.find(jobId);
    const known = job?.progress ? (JSON.parse(job.progress) as Progress) : undefined;
    return known?.version === version ? known : { after: '', done: 0, total: 0, entered: 0, left: 0, version };
  };

  const finish = (payload: BuildPayload, population: Population | null, jobId: string, progress: Progress) =>
    transactRetrying(database.writer, async (trx) => {
      const { kind, key, reason } = payload;
      // Everybody takes the index before the audit, so that no deadlock arises.
      await deps.indexes.at(trx);
      const store = createDocumentStore(trx);
      await store.setBuildJob(kind, key, null, jobId);
      if (!population) await createMembersStore(trx).clearRule(idOf(kind, key));
      const { entered, left, version } = progress;
      await audit.record(trx, {
        actor: system,
        action: `${kind}.built`,
        subject: { kind, id: key },
        details: { version, entered, left, reason },
      });
      log.info({ kind, key, version, entered, left }, 'population built');
      await follow(trx, payload, entered + left > 0);
    });

  /** Whether the first build of a version has still to look at this customer: then it is not known who was in before. */
  const isAhead = async (trx: Db, population: Population, customerId: string): Promise<boolean> => {
    const found = await createBuildStore(trx).findBuild(population.kind, population.key);
    if (!found || (JSON.parse(found.payload) as BuildPayload).activates === undefined) return false;
    return customerId > (found.progress ? (JSON.parse(found.progress) as Progress).after : '');
  };

  const job = defineJob<BuildPayload>({ queue: buildQueue, handle: run, keep: true, leaseMs: 10_000 });

  return { request, requestAll, isAhead, job };
};

/** The population as SQL; conditions without a twin in SQL are evaluated here, and the answer is a list of ids. */
const selectionOf = async (trx: Db, population: Population, span: Span, now: number) => {
  const { conditions, vocabulary, compiled } = population;
  if (hasSql(conditions, vocabulary)) return compileSql(conditions, vocabulary, dialectOf(trx), now, 0);
  const ids: string[] = [];
  for await (const { id, facts } of living(trx, population, span, now)) if (compiled.test(facts, now)) ids.push(id);
  return {
    sql: `select id as customer_id from customers where id in (${ids.length > 0 ? ids.map(() => '?').join(', ') : 'null'})`,
    bindings: ids,
  };
};

const factsAtOnce = 1000;

async function* living(trx: Db, population: Population, span: Span, now: number) {
  const reader = createFactReader(trx);
  const ids = (await createBuildStore(trx).listLiving(span)).map(({ id }) => id);
  for (let i = 0; i < ids.length; i += factsAtOnce) {
    const facts = await reader.many(ids.slice(i, i + factsAtOnce), population.compiled.needs, now);
    for (const [id, seen] of facts) yield { id, facts: seen };
  }
}

// Somebody else held the rows too long, or two stood in each other's way.
const isBusy = (error: unknown): boolean =>
  ['55P03', '40P01', '40001', 'SQLITE_BUSY'].includes((error as { code?: string }).code ?? '');
