// Codes as customers type them and as pools keep them, and new ones by chance. Not the pools themselves (codes-store.ts).
import type { Random } from '../../core/index.ts';
import { CodesInvalid } from '../errors.ts';
import { normaliseCode } from '../language/index.ts';

const digits = '23456789';
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const both = letters + digits;
/** `#` is a digit, `?` a letter, `*` either. 0, O, 1 and I are never drawn: they are read wrongly. */
const alphabets: Readonly<Record<string, string>> = { '#': digits, '?': letters, '*': both };

export const defaultPattern = '********';

/** The codes of a cart, each once, in their order. */
export const normaliseCodes = (codes: readonly string[] = []): string[] => [
  ...new Set(codes.flatMap((code) => normaliseCode(code) ?? [])),
];

/** How many codes a pattern can make. */
export const capacityOf = (pattern: string): number =>
  [...pattern].reduce((product, sign) => product * (alphabets[sign]?.length ?? 1), 1);

/** Refuses a pattern with so few codes that `count` of them could be guessed or run out. */
export const checkPattern = (pattern: string, count: number): void => {
  if (normaliseCode(pattern.replaceAll(/[#?*]/g, 'A')) === undefined)
    throw new CodesInvalid('A pattern needs at least one sign.', { pointer: '/pattern' });
  const capacity = capacityOf(pattern);
  if (capacity < count * 2)
    throw new CodesInvalid(`The pattern makes ${capacity} codes; ${count} of them need at least ${count * 2}.`, {
      pointer: '/pattern',
    });
};

/**
 * Each sign drawn evenly from `random`. It does not know which codes there are: whoever stores one draws
 * again when it is taken.
 */
export const createCodeMaker = (random: Random) => {
  // Rejection keeps every sign equally likely.
  const draw = (alphabet: string): string => {
    const limit = 256 - (256 % alphabet.length);
    for (;;) {
      const byte = random.bytes(1)[0]!;
      if (byte < limit) return alphabet[byte % alphabet.length]!;
    }
  };
  return {
    make: (pattern: string): string => {
      const drawn = [...pattern].map((sign) => (alphabets[sign] ? draw(alphabets[sign]) : sign)).join('');
      return normaliseCode(drawn) ?? drawn;
    },
  };
};

export type CodeMaker = ReturnType<typeof createCodeMaker>;
