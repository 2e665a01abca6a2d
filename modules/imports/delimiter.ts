// Finds what separates the cells: the candidate that gives the first lines the same, largest number of cells.

const candidates = [',', ';', '\t', '|'] as const;

/**
 * `text` is the beginning of a file: its first 20 lines are looked at. `,` when no candidate occurs in the
 * first line.
 */
export const detectDelimiter = (text: string): string => {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== '');
  const whole = lines.slice(0, lines.length > 20 ? 20 : Math.max(1, lines.length));
  let best: string = ',';
  let bestScore = 0;
  for (const candidate of candidates) {
    const counts = whole.map((line) => countOutsideQuotes(line, candidate));
    const header = counts[0] ?? 0;
    if (header === 0) continue;
    const agreeing = counts.filter((count) => count === header).length / counts.length;
    const score = header * agreeing;
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
};

const countOutsideQuotes = (line: string, what: string): number => {
  let count = 0;
  let quoted = false;
  for (const c of line) {
    if (c === '"') quoted = !quoted;
    else if (c === what && !quoted) count++;
  }
  return count;
};
