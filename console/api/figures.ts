// Queries that several pages share: how many customers there are, the lists of rules, the latest imports.
import type { Scope } from '@rapport/sdk';
import {
  listAlerts,
  listFirings,
  listImports,
  listPromotions,
  listSegments,
  previewSegment,
} from '@rapport/sdk/routes';
import type { Firing } from '@rapport/sdk/schemas';
import { useQueries, useQuery } from '@tanstack/react-query';
import { call } from './client.ts';
import { useMay } from './session.ts';

const useAllowed = <T>(scope: Scope, key: unknown[], run: (signal: AbortSignal) => Promise<T>) => {
  const may = useMay();
  return useQuery({ queryKey: key, queryFn: ({ signal }) => run(signal), enabled: may(scope) });
};

/** Everybody, counted by the database: the preview of a rule that holds for all. */
export const useCustomerCount = () =>
  useAllowed('segments:read', ['customers', 'count'], async (signal) => {
    const body = { conditions: { all: [] }, confirmEveryone: true, sample: 0 };
    return (await call(previewSegment, { body, signal })).count;
  });

export const useSegments = () =>
  useAllowed('segments:read', ['segments'], (signal) => call(listSegments, { query: { limit: 200 }, signal }));
export const usePromotions = () =>
  useAllowed('promotions:read', ['promotions'], (signal) => call(listPromotions, { query: { limit: 200 }, signal }));
export const useAlerts = () =>
  useAllowed('alerts:read', ['alerts'], (signal) => call(listAlerts, { query: { limit: 200 }, signal }));
export const useImports = (limit: number) =>
  useAllowed('imports:read', ['imports', limit], (signal) => call(listImports, { query: { limit }, signal }));

/** The newest firings over all alerts that are not drafts, newest first. */
export const useFirings = (perAlert: number): { firings: Firing[]; pending: boolean } => {
  const alerts = useAlerts();
  const fired = (alerts.data?.data ?? []).filter(({ activeVersion }) => activeVersion !== null);
  const lists = useQueries({
    queries: fired.map(({ key }) => ({
      queryKey: ['alerts', key, 'firings', perAlert],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call(listFirings, { params: { key }, query: { limit: perAlert }, signal }),
    })),
  });
  const firings = lists.flatMap(({ data }) => data?.data ?? []).sort((a, b) => b.at.localeCompare(a.at));
  return { firings, pending: alerts.isPending || lists.some(({ isPending }) => isPending) };
};
