// How much one call of each hook may use. Milliseconds, counts, characters. Written down in docs/plugins.md.
import type { HookSpec } from '@rapport/sdk';
import type { CallLimits } from '../sandbox/protocol.ts';

export type Budget = { handler: string; wallMs: number; cpuMs: number; limits: CallLimits };

const usual: CallLimits = { doors: 1000, open: 32, doorChars: 6_000_000, resultChars: 1_000_000, logs: 200 };
const long: CallLimits = { doors: 50_000, open: 32, doorChars: 12_000_000, resultChars: 1_000_000, logs: 1000 };

const byHook: Record<string, { handler: string; cpuMs: number; limits: CallLimits }> = {
  'message.send': { handler: 'send', cpuMs: 2000, limits: usual },
  'message.filter': { handler: 'filter', cpuMs: 500, limits: { ...usual, doors: 50, resultChars: 2_000_000 } },
  'customers.recommend': { handler: 'recommend', cpuMs: 2000, limits: usual },
  'customers.score': { handler: 'score', cpuMs: 10_000, limits: { ...usual, resultChars: 8_000_000 } },
  'model.train': { handler: 'train', cpuMs: 240_000, limits: long },
  'schedule.run': { handler: 'schedule', cpuMs: 120_000, limits: long },
  'http.request': { handler: 'http', cpuMs: 2000, limits: usual },
};
const notice = { handler: 'on', cpuMs: 2000, limits: usual };

export const budgetOf = (hook: HookSpec, timeoutMs: number | undefined): Budget => {
  const { handler, cpuMs, limits } = byHook[hook.name] ?? notice;
  const wallMs = Math.min(timeoutMs ?? hook.timeoutMs, hook.timeoutMs);
  return { handler, wallMs, cpuMs: Math.min(cpuMs, wallMs), limits };
};
