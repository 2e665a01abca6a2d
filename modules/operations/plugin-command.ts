// `rapport plugin …`: installing and managing plugins from the command line, beside a running server; what the command
// changes holds there when the command ends.
import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Plugin } from '@rapport/sdk/schemas';
import { type CommandSpec, type Plugins, system } from '../../core/index.ts';

const usage = `Usage: rapport plugin install <folder|file.tgz> [--grant]   --grant: consent to all it asks for, and switch it on
       rapport plugin list | enable <id> | disable <id> | logs <id>
       --json for machines`;

/**
 * Exit code 2 for wrong arguments. A plugin that is new here and installed without `--grant` is off until
 * somebody consents to its scopes.
 */
export const pluginCommand: CommandSpec<{ plugins: Plugins }> = {
  name: 'plugin',
  summary: 'Install, list, enable or disable plugins, and read their logs.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { grant: { type: 'boolean' }, json: { type: 'boolean' } },
    });
    const [action = '', subject = ''] = positionals;
    if (action !== 'list' && (!['install', 'enable', 'disable', 'logs'].includes(action) || !subject)) {
      console.error(usage);
      return 2;
    }
    const opened = await open();
    try {
      const found = await perform(opened.service.plugins, action, subject, values.grant ?? false);
      console.log(values.json ? JSON.stringify(found.value, null, 2) : found.lines.join('\n'));
      return 0;
    } finally {
      await opened.stop();
    }
  },
};

const perform = async (
  plugins: Plugins,
  action: string,
  subject: string,
  grant: boolean,
): Promise<{ value: unknown; lines: string[] }> => {
  const shown = (plugin: Plugin) => ({ value: plugin, lines: [lineOf(plugin)] });
  if (action === 'enable') return shown(await plugins.enable(subject, system));
  if (action === 'disable') return shown(await plugins.disable(subject, system));
  if (action === 'install') {
    const installed = (await stat(subject)).isDirectory()
      ? await plugins.installFolder(subject)
      : await plugins.installArchive(await readFile(subject), system);
    if (!grant) return shown(installed);
    const scopes = installed.scopes.map(({ scope }) => scope);
    return shown(await plugins.consent(installed.id, { scopes, enable: true }, system));
  }
  if (action === 'logs') {
    const logs = (await plugins.listLogs(subject, 100)).toReversed();
    return { value: logs, lines: logs.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}`) };
  }
  const all = await plugins.list();
  return { value: all, lines: all.map(lineOf) };
};

const lineOf = ({ id, version, status, disabledReason }: Plugin): string =>
  `${id.padEnd(36)} ${version.padEnd(12)} ${status}${disabledReason ? ` (${disabledReason})` : ''}`;
