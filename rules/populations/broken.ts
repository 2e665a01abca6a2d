// Active rules that can no longer be worked out: a fact, a segment, a template, a channel or a level is gone that they name. They
// are marked with the reason, and it is told, on record and in the log; when it is there again they are built again. Nobody takes a fact away that is in use (graph.ts), so
// this is for what older versions let in, and for hands in the database.
import { afterCommit, type Db, Failure, type Platform, system, toIso, transactRetrying } from '../../core/index.ts';
import type { Documents } from '../documents/documents.ts';
import { createDocumentStore, type StoredVersion } from '../documents/documents-store.ts';
import { compileRule, rulesGeneration, type Vocabulary, type VocabularySource } from '../language/index.ts';
import type { Build } from './build.ts';

export type BrokenRules = ReturnType<typeof createBrokenRules>;

type Kind = Documents['kind'];

const mostSaid = 500;

export const createBrokenRules = (
  platform: Platform,
  deps: {
    vocabulary: VocabularySource;
    build: Pick<Build, 'request'>;
    /** The rules of every kind. */
    documents: readonly Pick<Documents, 'kind' | 'checkNamed'>[];
  },
) => {
  const { database, clock, audit, outbox, generations, log } = platform;

  /** Marks what became broken and unmarks what is whole again; answers how many are broken. */
  const check = (): Promise<number> =>
    transactRetrying(database.writer, async (trx) => {
      const store = createDocumentStore(trx);
      const words = await deps.vocabulary.read(trx);
      let count = 0;
      let changed = false;
      for (const { kind, checkNamed } of deps.documents)
        for (const rule of await store.listActive(kind)) {
          const reason = faultOf(rule, words) ?? (await refusalOf(() => checkNamed(trx, rule)));
          if (reason !== null) count++;
          if ((await store.setBroken(kind, rule.key, reason)) === 0) continue;
          changed = true;
          await tell(trx, kind, rule, reason);
        }
      // Whatever took the fact away or brought it back may have told nobody.
      if (changed) await recompile(trx);
      return count;
    });

  /** Every node makes its rules anew. */
  const recompile = async (trx: Db): Promise<void> => {
    await createDocumentStore(trx).lockForActivation();
    await generations.raise(trx, rulesGeneration);
  };

  const tell = async (trx: Db, kind: Kind, rule: StoredVersion, reason: string | null) => {
    const { key, version } = rule;
    const subject = { kind, id: key };
    if (reason === null) {
      await audit.record(trx, { actor: system, action: `${kind}.repaired`, subject, details: { version } });
      if (rule.conditions && (kind === 'segment' || isChange(rule)))
        await deps.build.request(trx, { kind: kind === 'segment' ? kind : 'alert', key, reason: 'repaired' });
      return;
    }
    await audit.record(trx, { actor: system, action: `${kind}.broken`, subject, details: { version, reason } });
    await outbox.emit(trx, {
      topic: 'rule.broken',
      payload: { kind, key, name: rule.name, version, reason, at: toIso(clock.now()) },
    });
    log.error({ kind, key, version, reason }, 'an active rule can no longer be worked out');
  };

  return {
    check,
    /** In the transaction that brings something back: rules are compiled anew, and looked at after the commit. */
    restored: async (trx: Db): Promise<void> => {
      await recompile(trx);
      afterCommit(trx, () => void check().catch((err: unknown) => log.error({ err }, 'rules could not be looked at')));
    },
  };
};

const isChange = ({ params }: StoredVersion): boolean =>
  (params.trigger as { kind?: string } | undefined)?.kind === 'change';

const faultOf = ({ conditions }: StoredVersion, vocabulary: Vocabulary): string | null => {
  if (!conditions) return null;
  try {
    compileRule(conditions as never, vocabulary);
    return null;
  } catch (error) {
    return (error as Error).message.slice(0, mostSaid);
  }
};

const refusalOf = async (check: () => Promise<void>): Promise<string | null> => {
  try {
    await check();
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.message.slice(0, mostSaid);
    throw error;
  }
};
