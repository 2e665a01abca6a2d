// How many calls of plugins led to what is being done now, one causing the next: 0 for what people, clocks and imports begin. It goes
// with every notice and job that is written meanwhile, so it holds across commits, restarts and nodes, whatever the plugin's call
// changed and whoever turned that into a notice. A system outside that calls back through the API begins at 0: that is not known here.
import { AsyncLocalStorage } from 'node:async_hooks';

const depths = new AsyncLocalStorage<number>();

/** At this depth a plugin is still told, and may no longer write: a chain of plugins ends here. */
export const deepest = 8;

export const causedDepth = (): number => depths.getStore() ?? 0;

/** Runs `work`, and what it starts, as caused by `depth` calls of plugins. */
export const atDepth = <T>(depth: number, work: () => T): T => depths.run(depth, work);
