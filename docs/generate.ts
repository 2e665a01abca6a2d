// Writes what is generated from the code: docs/openapi.json, docs/errors.md, docs/hooks.md, docs/data.md. A test holds them against the code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hooks } from '@rapport/sdk/hooks';
import { agesOf, dayMs, listErrors, readConfig, silentLog, type TablePolicy } from '../core/index.ts';
import { describeApi } from '../modules/operations/index.ts';
import { createRapport, modules, version } from '../rapport.ts';

/** File name to content. */
export const generateDocs = async (): Promise<Record<string, string>> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-docs-'));
  try {
    const config = readConfig({ RAPPORT_DATA_DIR: folder, RAPPORT_LOG_LEVEL: 'silent', PORT: '0' });
    const rapport = await createRapport(config, silentLog);
    const routes = rapport.served
      .map(({ route }) => route)
      .toSorted((a, b) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`, 'en'));
    await rapport.stop();
    return {
      'openapi.json': `${JSON.stringify(describeApi(routes, version), null, 1)}\n`,
      'errors.md': errorsPage(),
      'hooks.md': hooksPage(),
      'data.md': dataPage(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const errorsPage = (): string =>
  [
    '# Errors',
    '',
    'Every error is `application/problem+json` with `type`, `title`, `status`, `code`, `detail` and, where a member of the request is',
    'at fault, a JSON `pointer`. The code is API: branch on it. Generated from the code by `npm run docs`.',
    '',
    '| code | status | meaning |',
    '|---|---|---|',
    ...listErrors()
      .toSorted((a, b) => a.code.localeCompare(b.code, 'en'))
      .map(({ code, status, summary }) => `| \`${code}\` | ${status} | ${summary} |`),
    '',
  ].join('\n');

const hooksPage = (): string =>
  [
    '# Hooks',
    '',
    'What a plugin can answer or hear. Kinds: `notify` is told after commit, at least once; `filter` may change or refuse a value;',
    '`collect` gathers all answers; `first` takes the first that accepts. Generated from the code by `npm run docs`.',
    '',
    ...hooks.flatMap((hook) => [
      `## ${hook.name}`,
      '',
      `${hook.summary}`,
      '',
      `Kind \`${hook.kind}\` · scope \`${hook.scope}\` · handler \`${hook.handler}\` · in the manifest ${hook.providedBy.map((member) => `\`provides.${member}\``).join(', ')}`,
      '',
      `At most ${hook.wallMs} ms, ${hook.cpuMs} ms of CPU, ${hook.limits.hostCalls} requests through \`ctx\`, ${hook.limits.resultChars} characters of answer.`,
      ...(hook.personal.length > 0 ? ['', `Gives in clear, said at consent: ${hook.personal.join(', ')}.`] : []),
      '',
      ...(hook.kind === 'notify'
        ? []
        : [
            ...hook.examples.flatMap((example) => ['```json', JSON.stringify(example, null, 1), '```', '']),
            '<details><summary>Schemas</summary>',
            '',
            '```json',
            JSON.stringify({ input: hook.input, output: hook.output }, null, 1),
            '```',
            '',
            '</details>',
            '',
          ]),
    ]),
  ].join('\n');

const saidOf = (does: TablePolicy['onErase'] | TablePolicy['onMerge']): string =>
  does === undefined ? '' : typeof does === 'string' ? does : 'in its own way';

/** `24 hours`, `30 days` or `until expires_at`, each with what it is said of where not all rows are meant. */
const keptFor = (policy: TablePolicy): string => {
  const ages = agesOf(policy).map(({ column, ms, where }) => {
    const after = /^(created|finished|updated)_at$|^at$|^day$/.test(column) ? '' : ` after \`${column}\``;
    const age =
      ms === 0 ? `until \`${column}\`` : `${ms > dayMs ? `${ms / dayMs} days` : `${ms / 3600_000} hours`}${after}`;
    const of = Object.values(where ?? {}).map((values) => [values].flat().join(', '));
    return of.length > 0 ? `${of.join(' ')}: ${age}` : age;
  });
  return ages.join('; ') || (policy.keptBecause ?? '');
};

const dataPage = (): string =>
  [
    '# What is kept, and what becomes of it',
    '',
    'Every table, from the declaration of the module that owns it. Erasing, merging, undoing a merge, the export of a person and the',
    'sweeps follow this table; there is no other list. Generated from the code by `npm run docs`.',
    '',
    '- **erased**: `delete` the rows, `clear` the personal columns, `keep` (books: they then speak of nobody), `search` (rows whose',
    '  texts name the person go), `heard` (the owner does it on the change, in the same transaction).',
    '- **merged**: `rekey` (rows go to who lives on, and back), `union` (the same where the customer is part of the key), `stay`,',
    '  `heard`.',
    '- **kept**: how long; older rows are deleted every hour, at most 500 in one transaction. A table that grows with time and has no',
    '  age says why its rows stay. Without either it grows only with customers or settings.',
    '',
    '| table | module | whose | customer in | personal | erased | merged | in a person’s export | kept |',
    '|---|---|---|---|---|---|---|---|---|',
    ...modules
      .flatMap(({ name, tables }) => (tables as readonly TablePolicy[]).map((policy) => ({ ...policy, module: name })))
      .toSorted((a, b) => a.table.localeCompare(b.table, 'en'))
      .map((policy) =>
        [
          '',
          `\`${policy.table}\``,
          policy.module,
          policy.owner,
          (policy.customerColumns ?? []).join(', '),
          (policy.personal ?? []).join(', '),
          saidOf(policy.onErase),
          saidOf(policy.onMerge),
          policy.inExport ? 'yes' : '',
          keptFor(policy),
          '',
        ]
          .join(' | ')
          .trim(),
      ),
    '',
  ].join('\n');

if (import.meta.main) {
  for (const [name, text] of Object.entries(await generateDocs()))
    writeFileSync(fileURLToPath(new URL(name, import.meta.url)), text);
  console.log('Wrote docs/openapi.json, docs/errors.md, docs/hooks.md and docs/data.md.');
}
