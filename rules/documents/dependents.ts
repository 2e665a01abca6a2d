// Rules as those who hang on things: on each other, on attributes, scorers, templates, channels. Asked before one of those goes.
import * as routes from '@rapport/sdk/routes';
import type { Dependent, RuleKind } from '@rapport/sdk/schemas';
import { type Db, type Dependents, type DependentsSource, type Served, serve } from '../../core/index.ts';
import type { Documents } from './documents.ts';
import { listDependents } from './graph.ts';
import { createUsesStore } from './uses-store.ts';

/** `kinds`: who pauses rules of a kind. */
export const ruleDependents = (
  kinds: Partial<Record<RuleKind, Pick<Documents, 'pause'>>>,
): Required<Pick<DependentsSource, 'lock' | 'list' | 'pause'>> => ({
  lock: (trx) => createUsesStore(trx).lock(),
  list: listDependents,
  pause: async (trx, dependents, actor) => {
    for (const { kind, key, status } of dependents)
      if (status === 'active') await kinds[kind]?.pause(actor, key, { trx });
  },
});

export const dependentRoutes = (deps: { reader: Db; dependents: Pick<Dependents, 'list'> }): Served[] => [
  serve(routes.listDependents, async ({ query: { of } }): Promise<{ data: Dependent[] }> => {
    return { data: await deps.dependents.list(deps.reader, [of]) };
  }),
];
