// Checks plugin.json: its shape by the published schema, then what a schema cannot say. Every fault has a code and a pointer.
import { hookNamed } from '@rapport/sdk/hooks';
import { Manifest, type SettingsSchema } from '@rapport/sdk/schemas';
import { Failure } from '../../errors.ts';
import { parseJson } from '../../http/limits.ts';
import { createValidator } from '../../http/validate.ts';
import { isCron } from '../../jobs/cron.ts';
import { ManifestInvalid, PluginIncompatible, PluginScopeUnknown } from './errors.ts';
import { parseScope } from './scopes.ts';
import { checkSettingsSchema } from './settings.ts';

/** Major and minor that `rapport` in a manifest is held against. */
export const platformVersion = { major: 1, minor: 0 };

const check = createValidator().body(Manifest);

/** `scopes`: those that plugins can have, as `resource:action`. */
export const readManifest = (text: string, scopes: ReadonlySet<string>): Manifest => {
  const manifest = parse(text);
  compatible(manifest.rapport);
  for (const list of ['required', 'optional'] as const)
    manifest.scopes?.[list]?.forEach(({ scope }, at) => {
      const asked = parseScope(scope);
      const known = asked && (asked.resource === scope || scopes.has(`${asked.resource}:${asked.action}`));
      if (!known) throw new PluginScopeUnknown(scope, { pointer: `/scopes/${list}/${at}/scope` });
    });
  manifest.provides.hooks?.forEach((name, at) => {
    if (!hookNamed(name)?.providedBy.includes('hooks'))
      throw new ManifestInvalid(`There is no hook "${name}" to name here.`, { pointer: `/provides/hooks/${at}` });
  });
  uniqueKeys(manifest);
  schedules(manifest);
  bounds(manifest);
  if (manifest.settings) checkSettingsSchema(manifest.settings, '/settings');
  manifest.provides.recordTypes?.forEach(({ schema }, at) => {
    checkSettingsSchema(schema, `/provides/recordTypes/${at}/schema`, { secrets: false });
  });
  manifest.hosts?.forEach(({ origin }, at) => {
    const setting = /^setting:(.+)$/.exec(origin)?.[1];
    if (setting && manifest.settings?.properties[setting]?.format !== 'uri')
      throw new ManifestInvalid(`There is no setting "${setting}" of format uri.`, { pointer: `/hosts/${at}/origin` });
  });
  return manifest;
};

const parse = (text: string): Manifest => {
  try {
    const value = parseJson(text);
    check(value, '');
    return value as Manifest;
  } catch (error) {
    if (error instanceof Failure)
      throw new ManifestInvalid(`plugin.json: ${error.message}`, { pointer: error.pointer ?? '', cause: error });
    throw error;
  }
};

const compatible = (range: string): void => {
  const [major = 0, minor = 0] = range.slice(1).split('.').map(Number);
  if (major === platformVersion.major && minor <= platformVersion.minor) return;
  throw new PluginIncompatible(
    `It is made for Rapport ${range}; this is ${platformVersion.major}.${platformVersion.minor}.`,
    { pointer: '/rapport' },
  );
};

const uniqueKeys = (manifest: Manifest): void => {
  for (const kind of ['recommenders', 'scorers', 'channels', 'recordTypes', 'schedules'] as const) {
    const seen = new Set<string>();
    manifest.provides[kind]?.forEach(({ key }, at) => {
      if (seen.has(key))
        throw new ManifestInvalid(`The key "${key}" is there twice.`, { pointer: `/provides/${kind}/${at}/key` });
      seen.add(key);
    });
  }
};

const schedules = (manifest: Manifest): void => {
  const cron = (pattern: string | undefined, pointer: string): void => {
    if (pattern === undefined || isCron(pattern)) return;
    throw new ManifestInvalid(`"${pattern}" is not a cron pattern of five fields.`, { pointer });
  };
  manifest.provides.schedules?.forEach((entry, at) => {
    cron(entry.cron, `/provides/schedules/${at}/cron`);
  });
  manifest.provides.recommenders?.forEach(({ train }, at) => {
    cron(train, `/provides/recommenders/${at}/train`);
  });
  manifest.provides.scorers?.forEach(({ train, score }, at) => {
    cron(train, `/provides/scorers/${at}/train`);
    cron(score, `/provides/scorers/${at}/score`);
  });
};

const bounds = (manifest: Manifest): void =>
  manifest.provides.scorers?.forEach(({ minimum, maximum }, at) => {
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
      throw new ManifestInvalid('The minimum is above the maximum.', { pointer: `/provides/scorers/${at}/minimum` });
  });

/** What rules may name of it. */
export const namesOf = ({ provides }: Manifest): string[] => [
  ...(provides.scorers ?? []).map(({ key }) => `scorer:${key}`),
  ...(provides.channels ?? []).map(({ key }) => `channel:${key}`),
];

/** What it may reach, one text a method and origin. */
export const hostsOf = (manifest: Manifest): string[] =>
  (manifest.hosts ?? []).flatMap(({ origin, methods }) => methods.map((method) => `${method} ${origin}`));

export type { Manifest, SettingsSchema };
