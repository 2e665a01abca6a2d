// How many calls of one plugin run at once, and how many may wait. Waiting is as long as a call may take, no longer.
type Line = { running: number; waiting: (() => void)[] };

export const createTurns = (limits: { atOnce: number; waiting: number }) => {
  const lines = new Map<string, Line>();

  const leaveOf = (key: string, line: Line) => (): void => {
    line.running -= 1;
    const next = line.waiting.shift();
    if (next) next();
    else if (line.running === 0) lines.delete(key);
  };

  return {
    /** Resolves with a function to call at the end; with nothing when it is too full or took too long. */
    enter: (key: string, patienceMs: number): Promise<(() => void) | undefined> => {
      const line = lines.get(key) ?? { running: 0, waiting: [] };
      lines.set(key, line);
      const go = (): (() => void) => {
        line.running += 1;
        return leaveOf(key, line);
      };
      if (line.running < limits.atOnce) return Promise.resolve(go());
      if (line.waiting.length >= limits.waiting) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const turn = (): void => {
          clearTimeout(timer);
          resolve(go());
        };
        const timer = setTimeout(() => {
          line.waiting.splice(line.waiting.indexOf(turn), 1);
          resolve(undefined);
        }, patienceMs);
        line.waiting.push(turn);
      });
    },
  };
};
