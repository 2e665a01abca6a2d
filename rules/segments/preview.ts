// Counts and samples while somebody edits, and what an activation would change. Every statement stops when the caller goes
// away, when a newer preview of the same editor comes, or after the longest time a preview may take.
import type { Condition, SegmentImpact, SegmentPreview } from '@rapport/sdk/schemas';
import { type Actor, mayReadPersonalData, type Platform } from '../../core/index.ts';
import { PreviewSuperseded, PreviewTooLong } from '../errors.ts';
import { asOf } from '../language/as-of.ts';
import { compileRule, compileSql, createFactReader, hasSql, type Vocabulary } from '../language/index.ts';
import { interruptible } from './interruptible-store.ts';
import { createPopulationReads, createSegmentReads, toSelection } from './read-store.ts';

const longestMs = 30_000;
const impactSample = 20;

export type PreviewOptions = { actor: Actor; signal: AbortSignal; editor?: string; sample: number };

export const createPreviews = (platform: Platform) => {
  const { database, clock } = platform;
  const editors = new Map<string, AbortController>();

  /** Runs `work` with a signal that ends it for any of the three reasons. */
  const watched = async <T>(
    { actor, signal, editor }: Pick<PreviewOptions, 'actor' | 'signal' | 'editor'>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const newer = new AbortController();
    const name = editor === undefined ? undefined : `${actor.kind}:${actor.id}:${editor}`;
    if (name !== undefined) {
      editors.get(name)?.abort(new PreviewSuperseded('A newer preview of this editor took its place.'));
      editors.set(name, newer);
    }
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new PreviewTooLong(`It took longer than ${longestMs / 1000} s.`)),
      longestMs,
    );
    try {
      return await work(AbortSignal.any([signal, newer.signal, late.signal]));
    } finally {
      clearTimeout(timer);
      if (name !== undefined && editors.get(name) === newer) editors.delete(name);
    }
  };

  const preview = (conditions: Condition, vocabulary: Vocabulary, options: PreviewOptions): Promise<SegmentPreview> =>
    watched(options, async (signal) => {
      const started = performance.now();
      const found = hasSql(conditions, vocabulary)
        ? await select(conditions, vocabulary, options.sample, signal)
        : await sampled(await scan(conditions, vocabulary, signal), options.sample, signal);
      return {
        count: found.count,
        sample: masked(found.sample, options.actor),
        tookMs: round(performance.now() - started),
      };
    });

  const select = (conditions: Condition, vocabulary: Vocabulary, sample: number, signal: AbortSignal) =>
    interruptible(database.reader, signal, async (query) => {
      const wanted = compileSql(conditions, vocabulary, database.dialect, asOf(clock));
      return createPopulationReads(query).countAndSample(wanted, sample);
    });

  /** Who is in by conditions without a twin in SQL: every customer through the closures. */
  const scan = async (conditions: Condition, vocabulary: Vocabulary, signal: AbortSignal): Promise<string[]> => {
    const compiled = compileRule(conditions, vocabulary);
    const now = asOf(clock);
    const ids: string[] = [];
    for await (const batch of createFactReader(database.reader).scan(compiled.needs, now)) {
      signal.throwIfAborted();
      for (const facts of batch) if (compiled.test(facts, now)) ids.push(facts.customerId!);
    }
    return ids;
  };

  const sampled = async (ids: readonly string[], sample: number, signal: AbortSignal) => ({
    count: ids.length,
    sample: await interruptible(database.reader, signal, (query) =>
      createPopulationReads(query).sampleOf(ids.slice(0, sample)),
    ),
  });

  const impact = (
    segment: string,
    version: number,
    conditions: Condition,
    vocabulary: Vocabulary,
    options: Pick<PreviewOptions, 'actor' | 'signal'>,
  ): Promise<SegmentImpact> =>
    watched(options, async (signal) => {
      const started = performance.now();
      const wanted = hasSql(conditions, vocabulary)
        ? compileSql(conditions, vocabulary, database.dialect, asOf(clock))
        : toSelection(await scan(conditions, vocabulary, signal), database.dialect);
      const { entering, leaving, ...counts } = await interruptible(database.reader, signal, (query) =>
        createPopulationReads(query).compare(segment, wanted, impactSample),
      );
      return {
        version,
        ...counts,
        entering: { ...entering, sample: masked(entering.sample, options.actor) },
        leaving: { ...leaving, sample: masked(leaving.sample, options.actor) },
        tookMs: round(performance.now() - started),
      };
    });

  return {
    preview,
    impact,
    members: async (segment: string, options: { limit: number; cursor?: string }, actor: Actor) => {
      const members = await createSegmentReads(database.reader).listMembers(segment, options);
      return { data: masked(members.data, actor), next: members.next };
    },
  };
};

const masked = <T extends { name: string | null }>(rows: readonly T[], actor: Actor): T[] =>
  mayReadPersonalData(actor) ? [...rows] : rows.map((row) => ({ ...row, name: row.name === null ? null : '***' }));

const round = (ms: number): number => Math.round(ms * 10) / 10;
