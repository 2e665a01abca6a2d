// Writes CSV cells. A cell that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.

export const csvCell = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  const text =
    typeof value === 'string' ? neutral(value) : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csvLine = (cells: readonly unknown[]): string => `${cells.map(csvCell).join(',')}\r\n`;

// `=`, `+`, `-`, `@`, tab and return start formulas; a phone in E.164 and a plain negative number do not need the mark.
const neutral = (text: string): string =>
  /^[=+\-@\t\r＝＋－＠]/.test(text) && !/^[+-]\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
