// The order in which populations follow each other: what a rule reads comes before it. A wave of builds goes through it once and
// only forwards, so it ends whatever the data say.
import type { Population, RuleIndex } from './indexes.ts';

/** Where a population stands. Populations in a circle, which no save lets in, stand last. */
export type Place = { depth: number; id: string };

const last = 1_000_000;

export const isBefore = (a: Place, b: Place): boolean => a.depth < b.depth || (a.depth === b.depth && a.id < b.id);

/** Every population with its place, first to last. */
export const orderOf = (index: Pick<RuleIndex, 'populations'>): { population: Population; place: Place }[] => {
  const depths = new Map<string, number>();
  const open = new Set<string>();
  const depthOf = (population: Population): number => {
    const known = depths.get(population.id);
    if (known !== undefined) return known;
    if (open.has(population.id)) return last;
    open.add(population.id);
    let depth = 0;
    for (const segment of segmentsReadBy(population)) {
      const read = index.populations.get(segment);
      if (read) depth = Math.max(depth, Math.min(last, depthOf(read) + 1));
    }
    open.delete(population.id);
    depths.set(population.id, depth);
    return depth;
  };
  return [...index.populations.values()]
    .map((population) => ({ population, place: { depth: depthOf(population), id: population.id } }))
    .toSorted((a, b) => (isBefore(a.place, b.place) ? -1 : 1));
};

/** Keys of the segments whose members it asks about, through named conditions too. */
export const segmentsReadBy = (population: Population): string[] =>
  population.compiled.dependencies.flatMap((fact) =>
    fact.startsWith('segment.') ? [fact.slice('segment.'.length)] : [],
  );
