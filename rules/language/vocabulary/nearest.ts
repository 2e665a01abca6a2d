// The known value that is most like a given text, for messages: the fewest letters to change, case apart.

/** undefined when nothing is known. Ties go to the first. */
export const nearestOf = (text: string, known: readonly string[]): string | undefined => {
  const given = [...plain(text)].slice(0, longest);
  let best: { value: string; distance: number } | undefined;
  for (const value of known) {
    const distance = distanceOf(given, [...plain(value)].slice(0, longest));
    if (!best || distance < best.distance) best = { value, distance };
  }
  return best?.value;
};

const longest = 60;
const plain = (text: string): string => text.normalize('NFC').trim().toLowerCase();

// Levenshtein's distance, one row at a time.
const distanceOf = (a: readonly string[], b: readonly string[]): number => {
  let row = b.map((_, i) => i + 1);
  row.unshift(0);
  for (const [i, letter] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
};
