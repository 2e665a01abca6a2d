// What rules may ask of loyalty: a member's level and points, now and at a past instant.
import type { DeclaredFact, FactSource } from '../../core/index.ts';
import { findLevelAt, sumPointsAt } from './history-store.ts';
import { createMemberStore } from './store.ts';

/** Raised when a level is made or changed. */
export const levelsGeneration = 'levels';

const ofMember = { group: 'member', table: 'members' } as const;

/** `levels`: their keys, lowest first. */
export const memberFacts = (levels: readonly string[]): DeclaredFact[] => [
  {
    ...ofMember,
    id: 'member.level',
    title: { en: 'Member level', zh: '会员等级' },
    type: 'text',
    options: levels,
    column: 'level',
    past: findLevelAt,
  },
  {
    ...ofMember,
    id: 'member.points',
    title: { en: 'Points available', zh: '可用积分' },
    type: 'integer',
    column: 'points_available',
    past: async (db, customerId, at) => (await sumPointsAt(db, customerId, at))?.available ?? null,
  },
  {
    ...ofMember,
    id: 'member.pointsPending',
    title: { en: 'Points pending', zh: '待生效积分' },
    type: 'integer',
    column: 'points_pending',
    changes: 'member.points',
    past: async (db, customerId, at) => (await sumPointsAt(db, customerId, at))?.pending ?? null,
  },
];

/** Levels are names without an order in conditions: their rank is not known to rules. */
export const loyaltyFacts: FactSource = {
  list: async (db) => memberFacts((await createMemberStore(db).listLevels()).map(({ key }) => key)),
  generations: [levelsGeneration],
  names: [{ fact: 'member.level', values: 'level' }],
};
