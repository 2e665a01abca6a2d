// Rows of what rules name, for the versions in force: the newest version of a rule that is not archived, and its active one.
import type { RuleKind, RuleStatus } from '@rapport/sdk/schemas';
import { type Db, dialectOf, query } from '../../core/index.ts';

export type UserRow = {
  kind: RuleKind;
  key: string;
  name: string;
  status: RuleStatus;
  version: number;
  newest: number;
  active: number | null;
  used: string;
};

// Whoever saves, activates or archives a rule, or takes away what rules name, is alone until the end of the transaction.
const usesLock = 7421011;
const atOnce = 400;
const marks = (names: readonly string[]): string => names.map(() => '?').join(', ');

export const createUsesStore = (db: Db) => ({
  /** SQLite has one writer. */
  lock: async (): Promise<void> => {
    if (dialectOf(db) === 'postgres') await db.raw('select pg_advisory_xact_lock(?)', [usesLock]);
  },
  /** What the versions in force of a rule name; an archived rule has none. */
  replace: async (kind: RuleKind, key: string, versions: ReadonlyMap<number, readonly string[]>): Promise<void> => {
    const rule = `${kind}:${key}`;
    await db('rule_uses').where({ rule }).delete();
    const rows = [...versions].flatMap(([version, names]) =>
      [...new Set(names)].map((used) => ({ kind, key, rule, version, used })),
    );
    if (rows.length > 0) await db.batchInsert('rule_uses', rows, 200);
  },
  /** What these rules name. */
  listUsed: async (rules: readonly string[]): Promise<{ rule: string; used: string }[]> => {
    const found: { rule: string; used: string }[] = [];
    for (let i = 0; i < rules.length; i += atOnce) {
      const some = rules.slice(i, i + atOnce);
      found.push(
        ...(await query<{ rule: string; used: string }>(
          db,
          `select distinct rule, used from rule_uses where rule in (${marks(some)}) order by rule, used`,
          some,
        )),
      );
    }
    return found;
  },
  /** Rules that name any of these, by kind and key. */
  listUsers: async (names: readonly string[]): Promise<UserRow[]> => {
    const found: UserRow[] = [];
    for (let i = 0; i < names.length; i += atOnce) {
      const some = names.slice(i, i + atOnce);
      found.push(
        ...(await query<UserRow>(
          db,
          `select r.kind, r.key, r.name, r.status, r.version as newest, r.active_version as active, u.version, u.used
         from rule_uses u join rules r on r.kind = u.kind and r.key = u.key
         where u.used in (${marks(some)}) order by r.kind, r.key, u.used, u.version`,
          some,
        )),
      );
    }
    return found;
  },
});
