// What a rule names, read from its content alone: also of a rule whose names are gone and which can no longer be compiled.

/** `name` is `kind:key`, as `GET /rules/dependents` takes it; `pointer` leads to the member that says it. */
export type Use = { name: string; pointer: string };

const kindsOfFacts: Readonly<Record<string, string>> = { segment: 'segment', attribute: 'attribute', score: 'scorer' };

export const usesOfConditions = (conditions: unknown, pointer = '/conditions'): Use[] => {
  if (typeof conditions !== 'object' || conditions === null) return [];
  const { fact, condition, params, value } = conditions as Record<string, unknown>;
  const uses: Use[] = [];
  if (typeof condition === 'string') uses.push({ name: `condition:${condition}`, pointer: `${pointer}/condition` });
  if (typeof fact === 'string') {
    const [head, key] = fact.split('.');
    const kind = kindsOfFacts[head!];
    if (kind && key) uses.push({ name: `${kind}:${key}`, pointer: `${pointer}/fact` });
    const types = (params as { type?: unknown } | undefined)?.type;
    if (fact === 'events') uses.push(...usesNamed('event', types, `${pointer}/params/type`));
    if (fact === 'member.level') uses.push(...usesNamed('level', value, `${pointer}/value`));
  }
  return [
    ...uses,
    ...Object.entries(conditions).flatMap(([member, inside]) => usesOfConditions(inside, `${pointer}/${member}`)),
  ];
};

/** One key, several or none. */
export const usesNamed = (kind: string, keys: unknown, pointer: string): Use[] =>
  [keys].flat().flatMap((key) => (typeof key === 'string' ? [{ name: `${kind}:${key}`, pointer }] : []));
