// A scorer's schedule as its form has it, and back. An absent cron is the manifest's, null is never.
import type { NewScorerSchedule, ScorerSchedule } from '@rapport/sdk/schemas';

export type Kind = 'train' | 'score';
/** The cron patterns that the manifest of the plugin that is asked declares for the scorer. */
export type Declared = { train?: string | undefined; score?: string | undefined };
type Times = { times: 'declared' | 'never' | 'own'; cron: string };
/** `plugin` is empty for the one that was installed first. */
export type ScheduleDraft = { train: Times; score: Times; tell: boolean; plugin: string };

/** A scorer without a model cannot be trained. */
export const kindsOf = (trains: boolean): Kind[] => (trains ? ['train', 'score'] : ['score']);

const timesOf = (cron: string | null, declared: string | undefined): Times => {
  if (cron === (declared ?? null)) return { times: 'declared', cron: cron ?? '' };
  return cron === null ? { times: 'never', cron: declared ?? '' } : { times: 'own', cron };
};

/** The API answers with the pattern that counts: one that is the manifest's is taken for the manifest's. */
export const fromSchedule = ({ train, score, tell, plugin }: ScorerSchedule, declared: Declared): ScheduleDraft => ({
  train: timesOf(train, declared.train),
  score: timesOf(score, declared.score),
  tell,
  plugin: plugin ?? '',
});

export const toSchedule = (draft: ScheduleDraft, trains: boolean): NewScorerSchedule => ({
  ...Object.fromEntries(
    kindsOf(trains)
      .filter((kind) => draft[kind].times !== 'declared')
      .map((kind) => [kind, draft[kind].times === 'never' ? null : draft[kind].cron.trim()]),
  ),
  tell: draft.tell,
  plugin: draft.plugin || null,
});
