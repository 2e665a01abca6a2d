// The typed registry of facts that conditions may use, made from what the shop has: attributes, segments, scorers, levels,
// named conditions, and facts others add. A value, rebuilt when one of those changes.
import type { Attribute, Condition, Words } from '@rapport/sdk/schemas';
import type { FactDefinition } from './fact.ts';
import { createZone, type Zone } from './zone.ts';

export type VocabularyOptions = {
  timeZone?: string;
  attributes?: readonly Pick<Attribute, 'key' | 'title' | 'titleZh' | 'type' | 'options'>[];
  /** Segments by key, with the conditions of dynamic ones so that cycles are seen. */
  segments?: readonly { key: string; name: string; conditions: Condition | null }[];
  scorers?: readonly string[];
  levels?: readonly { key: string; title: string }[];
  /** Event types with what is known of their properties. */
  eventTypes?: readonly string[];
  /** Named conditions, for `{ condition: name }`. */
  named?: ReadonlyMap<string, Condition>;
  /** Facts added by plugins or features. */
  added?: readonly FactDefinition[];
};

export type Vocabulary = {
  zone: Zone;
  find: (id: string) => FactDefinition | undefined;
  list: () => readonly FactDefinition[];
  named: ReadonlyMap<string, Condition>;
  segments: ReadonlyMap<string, { name: string; conditions: Condition | null }>;
};

export const createVocabulary = (options: VocabularyOptions = {}): Vocabulary => {
  const zone = createZone(options.timeZone ?? 'UTC');
  const facts = new Map<string, FactDefinition>();
  return {
    zone,
    find: (id) => facts.get(id),
    list: () => [...facts.values()],
    named: options.named ?? new Map(),
    segments: new Map((options.segments ?? []).map(({ key, name, conditions }) => [key, { name, conditions }])),
  };
};

export type Title = Words;
