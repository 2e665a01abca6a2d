// What the server says of conditions while they are written: problems at their rows, and who would be in.
// A newer request stops the older one: its answer would be about a rule that is no longer on the page.

import { useDebouncedValue } from '@mantine/hooks';
import { previewSegment, validateRule } from '@rapport/sdk/routes';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call } from '../api/client.ts';
import type { RuleContext } from './editor.tsx';
import { finished, type GroupNode, nodeAt, toConditions } from './tree.ts';

const pauseMs = 200;
/** The same object each time, so that rows without problems are not drawn again. */
const none: ReadonlyMap<string, string[]> = new Map();

export const useChecked = (tree: GroupNode, context: RuleContext) => {
  const { tree: whole, open } = useMemo(() => finished(tree), [tree]);
  const conditions = useMemo(() => toConditions(whole), [whole]);
  const [settled] = useDebouncedValue(conditions, pauseMs);
  const check = useQuery({
    queryKey: ['rules', 'validate', context, settled],
    queryFn: ({ signal }) =>
      call(validateRule, { body: { conditions: settled, context, confirmEveryone: true }, signal }),
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
  const current = settled === conditions && !check.isPlaceholderData;
  const problems = useMemo(() => {
    const found = check.data?.problems ?? [];
    if (!current || found.length === 0) return none;
    const byNode = new Map<string, string[]>();
    for (const { pointer, detail } of found) {
      const id = nodeAt(whole, pointer);
      byNode.set(id, [...(byNode.get(id) ?? []), detail]);
    }
    return byNode;
  }, [current, check.data, whole]);
  return { conditions, settled, open, problems, valid: current && check.data?.valid === true, error: check.error };
};

export const usePreview = (settled: unknown, enabled: boolean) => {
  // Of this editor alone: another tab of the same person has its own, and neither stops the other's count.
  const [editor] = useState(() => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`);
  return useQuery({
    queryKey: ['segments', 'preview', settled],
    queryFn: ({ signal }) =>
      call(previewSegment, {
        body: { conditions: settled as Record<string, unknown>, editor, sample: 8, confirmEveryone: true },
        signal,
      }),
    enabled,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    retry: false,
  });
};
