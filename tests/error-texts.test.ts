// No text of an error is parsed: kinds are told by codes, classes and values. A regular expression or a search over a message, a reason
// or what a process wrote is red here, unless it is in the list of exceptions with its reason.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const texts = '(?:message|reason|stack|stderr|detail|lastError|last_error)';
const searches = '(?:includes|match|matchAll|startsWith|endsWith|indexOf|search|split)';
const kinds: RegExp[] = [
  // /timed out/.test(error.message)
  new RegExp(`/(?:[^/\\\\\\n]|\\\\.)+/[a-z]*\\.(?:test|exec)\\(.*\\b${texts}\\b`),
  // expected.test(reason), new RegExp(…).exec(message)
  new RegExp(`\\.(?:test|exec)\\((?:[\\w!?]+\\.)*${texts}\\)`),
  // error.message.includes('timed out')
  new RegExp(`\\b${texts}\\)?[?!]*\\.${searches}\\(`),
  // error.message === 'timed out'
  /\.(?:message|stack|stderr)\s*===? *['"`]/,
  // String(error).includes('timed out')
  new RegExp(`String\\(\\w*(?:error|cause|err)\\)\\.${searches}\\(`, 'i'),
];

/** Line by line, with the start of the line that may stay, and why. */
const exceptions: { file: string; line: string; because: string }[] = [
  {
    file: 'core/plugins/sandbox/host-worker.ts',
    line: 'const memory = ',
    because:
      'a process that V8 or the kernel ended for its memory has no exit code of its own: stderr is all it leaves',
  },
  {
    file: 'core/plugins/sandbox/host-worker.ts',
    line: 'const line = ',
    because: 'for people to read; nothing is decided by it',
  },
  {
    file: 'modules/messages/template-rules.ts',
    line: 'return (error as Error).message.split(',
    because: "cuts Handlebars' own text to the lines that people are shown; nothing is decided by it",
  },
];

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim());
const isComment = (line: string): boolean => /^(\/\/|\*|\/\*)/.test(line);
const parsingIn = (text: string): string[] =>
  linesOf(text).filter((line) => !isComment(line) && kinds.some((kind) => kind.test(line)));

test.each([
  'const late = /timed out/.test(error.message);',
  'if (/memory limit/i.exec((error as Error).message)) return;',
  'const late = timedOut.test(outcome.reason);',
  "if (error.message.includes('timed out')) return;",
  "const ours = outcome.reason?.startsWith('denied');",
  "if ((error as Error).message.match('x')) return;",
  "if (error.message === 'aborted') return;",
  "if (String(error).indexOf('ECONN') >= 0) return;",
  "const word = row.last_error.split(':')[0];",
])('a planted line is seen: %s', (line) => {
  expect(parsingIn(`first();\n  ${line}\nlast();`)).toEqual([line]);
});

test.each([
  "throw new Refusal('LIMIT', reason);",
  'const text = error.message.slice(0, 500);',
  "if (error.code === 'ENOENT') return;",
  "expect(message).toBe('x');",
  '// /timed out/.test(error.message) would be parsing',
])('an honest line is not: %s', (line) => {
  expect(parsingIn(line)).toEqual([]);
});

test('core, rules, modules, the SDK and the bundled plugins parse no text of an error', () => {
  const files = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'core', 'rules', 'modules', 'marketplace', 'plugins', 'sdk'],
    {
      encoding: 'utf8',
    },
  )
    .split('\n')
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(150);
  const used = new Set<(typeof exceptions)[number]>();
  const found = files.flatMap((file) =>
    parsingIn(readFileSync(file, 'utf8')).flatMap((line) => {
      const known = exceptions.find((exception) => exception.file === file && line.startsWith(exception.line));
      if (known) used.add(known);
      return known ? [] : [`${file}: ${line}`];
    }),
  );
  expect(found).toEqual([]);
  expect(exceptions.filter((exception) => !used.has(exception))).toEqual([]);
});
