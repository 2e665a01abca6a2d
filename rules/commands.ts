// `rapport rules …`: rules from files. Test runs the examples kept with each, apply makes and changes, export writes the file.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Condition, RuleTest } from '@rapport/sdk/schemas';
import { type CommandSpec, Failure, type Platform } from '../core/index.ts';
import type { RuleDocument } from './documents/documents.ts';
import { acceptConditions, runTests } from './language/index.ts';
import {
  bodyOf,
  contextOf,
  handlersOf,
  portableKinds,
  type RuleFile,
  readRuleFile,
  showContent,
  toFile,
} from './portable.ts';
import type { RuleServices } from './services.ts';

type Opened = { platform: Platform; service: RuleServices };
type Line = { kind: string; key: string; outcome: string; code?: string; pointer?: string; detail?: string };

const usage = `Usage: rapport rules test <file.json>     check each rule, run its tests; changes nothing
       rapport rules apply <file.json>    make what is new, change what differs, set the status that is written
       rapport rules export               every named condition, segment with conditions, alert and promotion, as JSON on standard output
       --json for machines`;

export const rulesCommand: CommandSpec<RuleServices> = {
  name: 'rules',
  summary: 'Test rules from a file, apply them, or export those there are.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } });
    const [action, file] = positionals;
    const takesFile = action === 'test' || action === 'apply';
    if (positionals.length !== (takesFile ? 2 : 1) || !(takesFile || action === 'export')) {
      console.error(usage);
      return 2;
    }
    const text = takesFile ? await readFile(file!, 'utf8') : '';
    const opened = await open();
    try {
      if (action === 'export') {
        console.log(JSON.stringify(await listAll(opened.service), null, 2));
        return 0;
      }
      const lines = await linesOf(text, action === 'test' ? tester(opened) : applier(opened));
      const done = lines.every(({ outcome }) => outcome !== 'failed');
      if (values.json) console.log(JSON.stringify({ ok: done, rules: lines }, null, 2));
      else console.log(lines.map(describe).join('\n') || 'The file holds no rules.');
      return done ? 0 : 1;
    } finally {
      await opened.stop();
    }
  },
};

/** Goes on after a test that failed, stops at the first rule that cannot be applied: what follows may refer to it. */
type Work = { run: (rule: RuleFile, file: readonly RuleFile[]) => Promise<string>; stops: boolean };

const linesOf = async (text: string, { run, stops }: Work): Promise<Line[]> => {
  const lines: Line[] = [];
  let rules: RuleFile[];
  try {
    rules = readRuleFile(text);
  } catch (error) {
    return [{ kind: 'file', key: '', outcome: 'failed', ...whyOf(error) }];
  }
  for (const rule of rules) {
    const { kind, key } = rule;
    try {
      lines.push({ kind, key, outcome: await run(rule, rules) });
    } catch (error) {
      lines.push({ kind, key, outcome: 'failed', ...whyOf(error) });
      if (stops) break;
    }
  }
  return lines;
};

const whyOf = (error: unknown): Pick<Line, 'code' | 'pointer' | 'detail'> => {
  if (error instanceof Failure) return { code: error.code, pointer: error.pointer, detail: error.message };
  if (error instanceof SyntaxError) return { code: 'MALFORMED_JSON', pointer: '', detail: error.message };
  throw error;
};

const tester = ({ platform, service: rules }: Opened): Work => ({
  stops: false,
  run: async (rule, file) => {
    const current = await rules.vocabulary.current();
    // A condition of the file means what the file says, whether it was applied or not.
    const ofFile = file.filter(({ kind }) => kind === 'condition');
    const named = ofFile.map(({ key, conditions }) => [key, conditions as Condition] as const);
    const words = { ...current, named: new Map([...current.named, ...named]) };
    const { conditions, tests = [], confirmEveryone } = rule as { conditions?: unknown; tests?: RuleTest[] } & RuleFile;
    if (conditions === undefined) return 'has no conditions';
    const context = contextOf(rule);
    const everyone = confirmEveryone === true || rule.kind === 'alert';
    const accepted = acceptConditions(conditions, words, { context, confirmEveryone: everyone, at: '/conditions' });
    const { results } = await runTests(accepted, tests, words, platform.clock.now(), context);
    const failed = results.findIndex(({ passed }) => !passed);
    if (failed < 0) return tests.length === 0 ? 'valid, has no tests' : `passed ${tests.length} tests`;
    const { expected, note, problem } = results[failed]!;
    throw new Failure('RULE_TEST_FAILED', 422, problem?.detail ?? `${note ?? 'It'}: should be ${expected}`, {
      pointer: problem?.pointer ?? `/tests/${failed}`,
    });
  },
});

const applier = ({ service: rules }: Opened): Work => {
  const handlers = handlersOf(rules);
  return {
    stops: true,
    run: async (rule) => {
      const { kind, key, status } = rule;
      const { find, create, change, activate, pause } = handlers[kind];
      const before = await find(key);
      const { key: _key, type: _type, ...body } = bodyOf(rule);
      if (before) await change(key, body as never);
      else await create(bodyOf(rule) as never);
      const saved = (await find(key))!;
      if (status === 'active' && (saved.status !== 'active' || saved.activeVersion !== saved.version))
        await activate(key);
      if (status === 'paused' && saved.status !== 'paused') await pause?.(key);
      const after = (await find(key))!;
      if (!before) return `created, ${after.status}`;
      return before.revision === after.revision ? 'unchanged' : `changed, ${after.status}, version ${after.version}`;
    },
  };
};

const listAll = async (rules: RuleServices): Promise<RuleFile[]> => {
  const handlers = handlersOf(rules);
  const found: RuleFile[] = [];
  for (const kind of portableKinds) {
    let cursor: string | undefined;
    do {
      const page = await handlers[kind].list(cursor);
      for (const shown of page.data as (Record<string, unknown> &
        Pick<RuleDocument, 'key' | 'status' | 'version' | 'activeVersion'>)[]) {
        const { key, status, version, activeVersion } = shown;
        if (status === 'archived') continue;
        // What is active is written as it runs: a draft of it would be activated where the file is applied.
        const runs = status === 'active' && activeVersion !== null && activeVersion !== version;
        const inForce = runs ? showContent(kind, await handlers[kind].version(key, activeVersion)) : {};
        found.push(toFile(kind, { ...shown, ...inForce }));
      }
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
  return found;
};

const describe = ({ kind, key, outcome, code, pointer, detail }: Line): string =>
  `${kind.padEnd(10)} ${key.padEnd(30)} ${outcome}${code ? `: ${code}${pointer ? ` at ${pointer}` : ''}: ${detail}` : ''}`;
