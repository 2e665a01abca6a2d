// Named points where a fault test can stop or break the process: `FAULT=<point>:<n>:kill|error|delay` strikes at the n-th pass.
// Without the setting a point costs a comparison and does nothing.
import { setTimeout as wait } from 'node:timers/promises';

export type Faults = { hit: (point: string) => Promise<void> };

const delayMs = 500;

export const createFaults = (spec: string | undefined): Faults => {
  if (spec === undefined) return { hit: async () => {} };
  const [name, nth, kind] = spec.split(':') as [string, string?, string?];
  let passes = 0;
  return {
    hit: async (point) => {
      if (point !== name || ++passes !== Number(nth ?? 1)) return;
      if (kind === 'error') throw new Error(`Fault at ${point}.`);
      if (kind === 'delay') await wait(delayMs);
      else process.kill(process.pid, 'SIGKILL');
    },
  };
};
