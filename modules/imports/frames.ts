// Cuts text into records: one line each in JSON Lines; in CSV a quoted cell may run over lines. It bounds what a broken file
// can do: a record past the limit, or a quote that never closes, costs one rejected line and reading goes on at the next.
// It does not split a record into cells (see reader.ts).

/**
 * One record as text, without its line end. With a `problem` the text is what is shown of the fault, not a
 * whole record.
 */
export type Frame = { text: string; problem?: 'LINE_TOO_LONG' | 'UNCLOSED_QUOTE' | 'BAD_QUOTE' };
/**
 * `push` gives the records that are complete so far, `end` what is left; blank lines are no records.
 * Nothing may be pushed after `end`.
 */
export type Framer = { push: (text: string) => Frame[]; end: () => Frame[] };

/** Characters of one record; beyond it the row is refused as LINE_TOO_LONG. */
export const recordLimit = 1024 * 1024;
/** How much of a record that is too long is kept for the reject file. */
const keptOfTooLong = 1000;

type Options = { delimiter: string | null; newline?: string; limit?: number };

/** `delimiter: null` reads lines without quotes (JSON Lines). */
export const createFramer = ({ delimiter, newline = '\n', limit = recordLimit }: Options): Framer => {
  let rest = '';
  let discarding = false;

  const cut = (text: string, ended: boolean): Frame[] => {
    const frames: Frame[] = [];
    let at = 0;
    while (at < text.length) {
      const lineEnd = text.indexOf(newline, at);
      if (discarding) {
        if (lineEnd < 0) return keep('', frames);
        discarding = false;
        at = lineEnd + 1;
        continue;
      }
      const found = delimiter === null ? plainEnd(text, lineEnd, ended) : quotedEnd(text, at, lineEnd, ended);
      const length = (found.end < 0 ? text.length : found.end) - at;
      if (found.problem === undefined && length > limit) {
        // Too long, closed or not: where a quote is open the first line alone is at fault.
        const firstLine = lineEnd < 0 ? text.length : lineEnd;
        const unclosed = found.end < 0 && lineEnd >= 0 && firstLine - at <= limit;
        frames.push({
          text: text.slice(at, unclosed ? firstLine : at + keptOfTooLong),
          problem: unclosed ? 'UNCLOSED_QUOTE' : 'LINE_TOO_LONG',
        });
        if (lineEnd < 0) {
          discarding = !ended;
          return keep('', frames);
        }
        at = unclosed ? firstLine + 1 : (found.end < 0 ? text.length : found.end) + 1;
        continue;
      }
      if (found.end < 0) return keep(text.slice(at), frames);
      const record = text.slice(at, found.end);
      at = found.end + 1;
      if (found.problem) frames.push({ text: record, problem: found.problem });
      else if (record !== '' && record !== '\r') frames.push({ text: trimReturn(record) });
    }
    return keep('', frames);
  };

  const keep = (text: string, frames: Frame[]): Frame[] => {
    rest = text;
    return frames;
  };

  const quotedEnd = (text: string, start: number, lineEnd: number, ended: boolean): Found => {
    const firstQuote = text.indexOf('"', start);
    if (firstQuote < 0 || (lineEnd >= 0 && firstQuote > lineEnd)) return plainEnd(text, lineEnd, ended);
    let i = start;
    for (;;) {
      // At the start of a cell.
      if (text[i] === '"') {
        const close = closingQuote(text, i + 1);
        if (close < 0) return ended ? { end: orEnd(lineEnd, text), problem: 'UNCLOSED_QUOTE' } : { end: -1 };
        i = close + 1;
        if (i >= text.length) return { end: ended ? text.length : -1 };
        if (text[i] === '\r' && i + 1 >= text.length && !ended) return { end: -1 };
        const atReturn = text[i] === '\r' && (text[i + 1] === newline || i + 1 >= text.length);
        if (text[i] !== delimiter && text[i] !== newline && !atReturn)
          // The line at fault may still be arriving.
          return lineEnd < 0 && !ended ? { end: -1 } : { end: orEnd(lineEnd, text), problem: 'BAD_QUOTE' };
        if (atReturn) i++;
      } else {
        while (i < text.length && text[i] !== delimiter && text[i] !== newline) i++;
      }
      if (i >= text.length) return { end: ended ? text.length : -1 };
      if (text[i] === newline) return { end: i };
      i++;
    }
  };

  return {
    push: (text) => cut(rest === '' ? text : rest + text, false),
    end: () => cut(rest, true),
  };
};

type Found = { end: number; problem?: 'UNCLOSED_QUOTE' | 'BAD_QUOTE' };

const orEnd = (lineEnd: number, text: string): number => (lineEnd < 0 ? text.length : lineEnd);

const plainEnd = (text: string, lineEnd: number, ended: boolean): Found => ({
  end: lineEnd >= 0 ? lineEnd : ended ? text.length : -1,
});

/** The quote that closes, doubled ones passed over; -1 when there is none yet (a quote at the very end may be half of a pair). */
const closingQuote = (text: string, from: number): number => {
  let i = from;
  for (;;) {
    const quote = text.indexOf('"', i);
    if (quote < 0) return -1;
    if (text[quote + 1] !== '"') return quote;
    i = quote + 2;
  }
};

const trimReturn = (record: string): string => (record.endsWith('\r') ? record.slice(0, -1) : record);
