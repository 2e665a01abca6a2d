// What a rule names, read from its content alone: also of a rule whose names are gone and which can no longer be compiled.

import type { FactName } from '../../core/index.ts';

/** `name` is `kind:key`, as `GET /rules/dependents` takes it; `pointer` leads to the member that says it. */
export type Use = { name: string; pointer: string };

const ownNames: readonly FactName[] = [
  { prefix: 'segment', kind: 'segment' },
  { prefix: 'attribute', kind: 'attribute' },
];

/** `names`: how facts of modules name things, as they declare it. */
export const usesOfConditions = (
  conditions: unknown,
  pointer = '/conditions',
  names: readonly FactName[] = [],
): Use[] => {
  if (typeof conditions !== 'object' || conditions === null) return [];
  const { fact, condition, params, value } = conditions as Record<string, unknown>;
  const uses: Use[] = [];
  if (typeof condition === 'string') uses.push({ name: `condition:${condition}`, pointer: `${pointer}/condition` });
  if (typeof fact === 'string') {
    const [head, key] = fact.split('.');
    for (const named of [...ownNames, ...names])
      if ('fact' in named) {
        if (named.fact === fact) uses.push(...usesNamed(named.values, value, `${pointer}/value`));
      } else if (named.prefix === head && key) uses.push({ name: `${named.kind}:${key}`, pointer: `${pointer}/fact` });
    const types = (params as { type?: unknown } | undefined)?.type;
    if (fact === 'events') uses.push(...usesNamed('event', types, `${pointer}/params/type`));
  }
  return [
    ...uses,
    ...Object.entries(conditions).flatMap(([member, inside]) =>
      usesOfConditions(inside, `${pointer}/${member}`, names),
    ),
  ];
};

/** One key, several or none. */
export const usesNamed = (kind: string, keys: unknown, pointer: string): Use[] =>
  [keys].flat().flatMap((key) => (typeof key === 'string' ? [{ name: `${kind}:${key}`, pointer }] : []));
