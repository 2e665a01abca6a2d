// Rules as files: what the API takes to make a segment, alert or promotion, with its `kind` and `status`. Export, test and apply
// speak this one shape, so that rules can be kept in version control and carried to another installation.
import {
  NewAlert,
  NewConditionDocument,
  NewPromotion,
  NewSegment,
  type RuleContext,
  type RuleStatus,
} from '@rapport/sdk/schemas';
import { createValidator, InvalidRequest, system } from '../core/index.ts';
import type { RuleContent, RuleDocument } from './documents/documents.ts';
import { usesNamed, usesOfConditions } from './documents/uses.ts';
import { RuleNotFound } from './errors.ts';
import type { RuleServices } from './services.ts';

export type RuleFile = { kind: RuleKind; key: string; status?: RuleStatus } & Record<string, unknown>;
export type RuleKind = 'condition' | 'segment' | 'alert' | 'promotion';

export const portableKinds: readonly RuleKind[] = ['condition', 'segment', 'alert', 'promotion'];
const statuses: readonly unknown[] = ['draft', 'active', 'paused'];

type Handled = {
  find: (key: string) => Promise<RuleDocument | undefined>;
  version: (key: string, version: number) => Promise<RuleContent>;
  create: (body: never) => Promise<unknown>;
  change: (key: string, body: never) => Promise<unknown>;
  activate: (key: string) => Promise<unknown>;
  /** Absent: rules of this kind are not paused. */
  pause?: (key: string) => Promise<unknown>;
  list: (cursor: string | undefined) => Promise<{ data: unknown[]; next: string | null }>;
};

export const handlersOf = ({
  populations: { conditions, segments, alerts },
  promotions,
}: RuleServices): Record<RuleKind, Handled> => ({
  condition: {
    find: (key) => conditions.documents.find(key),
    version: (key, version) => conditions.documents.getVersion(key, version),
    create: (body) => conditions.create(body, system),
    change: (key, body) => conditions.change(key, body, system),
    activate: (key) => conditions.activate(key, undefined, system),
    list: (cursor) => conditions.list({ limit: 200, cursor }),
  },
  segment: {
    find: (key) => segments.documents.find(key),
    version: (key, version) => segments.documents.getVersion(key, version),
    create: (body) => segments.create(body, system),
    change: (key, body) => segments.change(key, body, system),
    activate: (key) => segments.activate(key, undefined, system),
    pause: (key) => segments.pause(key, system),
    list: (cursor) => segments.list({ variant: 'dynamic', limit: 200, cursor }),
  },
  alert: {
    find: (key) => alerts.documents.find(key),
    version: (key, version) => alerts.documents.getVersion(key, version),
    create: (body) => alerts.create(body, system),
    change: (key, body) => alerts.change(key, body, system),
    activate: (key) => alerts.activate(key, undefined, system),
    pause: (key) => alerts.pause(key, system),
    list: (cursor) => alerts.list({ limit: 200, cursor }),
  },
  promotion: {
    find: (key) => orNone(promotions.documents.get(key)),
    version: (key, version) => promotions.documents.documents.getVersion(key, version),
    create: (body) => promotions.documents.create(system, body),
    change: (key, body) => promotions.documents.change(system, key, body),
    activate: (key) => promotions.documents.activate(system, key),
    pause: (key) => promotions.documents.pause(system, key),
    list: (cursor) => promotions.documents.list({ limit: 200, cursor }),
  },
});

const orNone = async (found: Promise<RuleDocument>): Promise<RuleDocument | undefined> => {
  try {
    return await found;
  } catch (error) {
    if (error instanceof RuleNotFound) return undefined;
    throw error;
  }
};

const members: Record<RuleKind, readonly string[]> = {
  condition: ['name', 'description', 'context', 'conditions', 'tests'],
  segment: ['name', 'description', 'conditions', 'tests'],
  alert: ['name', 'description', 'priority', 'trigger', 'conditions', 'cooldown', 'actions', 'tests'],
  promotion: ['name', 'description', 'priority', 'conditions', 'event', 'tests'],
};

/** A stored version's members as the API shows them. */
export const showContent = (
  kind: RuleKind,
  { name, description, priority, conditions, tests, params }: RuleContent,
): Record<string, unknown> => ({
  ...(kind === 'promotion' ? { event: params } : (params as Record<string, unknown>)),
  name,
  description,
  priority,
  conditions,
  tests,
});

/** A rule as the API shows it → as a file holds it. */
export const toFile = (kind: RuleKind, shown: Record<string, unknown>): RuleFile => {
  const kept = members[kind].filter((name) => shown[name] !== null && shown[name] !== undefined);
  const body = Object.fromEntries(kept.map((name) => [name, shown[name]]));
  const { all } = (shown.conditions ?? {}) as { all?: unknown[] };
  const everyone = all?.length === 0 && (kind === 'segment' || kind === 'promotion');
  return {
    kind,
    key: String(shown.key),
    status: shown.status as RuleStatus,
    ...body,
    ...(everyone && { confirmEveryone: true }),
  };
};

/** What one checks before anything is tried; throws with a pointer from the top of the file. */
export const readRuleFile = (text: string): RuleFile[] => {
  const read = JSON.parse(text) as unknown;
  const rules = (Array.isArray(read) ? read : [read]) as RuleFile[];
  const validator = createValidator();
  const checks = {
    condition: validator.body(NewConditionDocument),
    segment: validator.body(NewSegment),
    alert: validator.body(NewAlert),
    promotion: validator.body(NewPromotion),
  };
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const at = Array.isArray(read) ? `/${index}` : '';
    if (!portableKinds.includes(rule?.kind))
      throw new InvalidRequest(`It must be one of ${portableKinds.join(', ')}.`, { pointer: `${at}/kind` });
    if (rule.status !== undefined && !statuses.includes(rule.status))
      throw new InvalidRequest(`It must be one of ${statuses.join(', ')}.`, { pointer: `${at}/status` });
    if (rule.kind === 'condition' && rule.status === 'paused')
      throw new InvalidRequest('A named condition is a draft or active.', { pointer: `${at}/status` });
    checks[rule.kind](bodyOf(rule), at);
    const name = `${rule.kind} ${rule.key}`;
    if (seen.has(name)) throw new InvalidRequest(`The file has the ${name} twice.`, { pointer: `${at}/key` });
    seen.add(name);
  }
  return inOrder(rules.toSorted((a, b) => portableKinds.indexOf(a.kind) - portableKinds.indexOf(b.kind)));
};

/** What a rule names comes before it, whatever their kinds; else by kind and as the file has them. */
const inOrder = (rules: readonly RuleFile[]): RuleFile[] => {
  const byName = new Map(rules.map((rule) => [`${rule.kind}:${rule.key}`, rule]));
  const placed = new Set<RuleFile>();
  const place = (rule: RuleFile): void => {
    if (placed.has(rule) || open.has(rule)) return;
    open.add(rule);
    const { segment } = (rule.trigger ?? {}) as { segment?: unknown };
    const { params } = (rule.event ?? {}) as { params?: { coupon?: { promotion?: unknown } } };
    const beside = [...usesNamed('segment', segment, ''), ...usesNamed('promotion', params?.coupon?.promotion, '')];
    for (const { name } of [...usesOfConditions(rule.conditions), ...beside]) {
      const named = byName.get(name);
      if (named) place(named);
    }
    placed.add(rule);
  };
  const open = new Set<RuleFile>();
  for (const rule of rules) place(rule);
  return [...placed];
};

/** The body that makes the rule. Its status is set in a step of its own. */
export const bodyOf = ({ kind: _kind, status: _status, ...body }: RuleFile): Record<string, unknown> => body;

export const contextOf = ({ kind, trigger, context }: RuleFile): RuleContext => {
  if (kind === 'condition') return (context as RuleContext | undefined) ?? 'customer';
  if (kind === 'promotion') return 'cart';
  return (trigger as { kind?: string } | undefined)?.kind === 'event' ? 'event' : 'customer';
};
