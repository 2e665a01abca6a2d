// How deep a chain of events is that plugins cause: an event emitted while one is told of an event is one deeper than that. In the
// memory of this node, so a chain that changes nodes may run longer; what a restart forgets starts again at nothing.

/** An event beyond it is refused. */
export const deepest = 8;
const remembered = 10_000;

export const createCauses = () => {
  const depths = new Map<string, number>();
  return {
    /** Of an event by its id; 0 when no plugin caused it. */
    depthOf: (event: string | undefined): number => (event === undefined ? 0 : (depths.get(event) ?? 0)),
    remember: (event: string, depth: number): void => {
      depths.set(event, depth);
      if (depths.size > remembered) depths.delete(depths.keys().next().value!);
    },
  };
};

export type Causes = ReturnType<typeof createCauses>;
