// What can be wrong with a plugin, its archive, its settings, or what is asked of it. Part of the catalogue of errors.
import { defineError } from '../../errors.ts';

const text = (detail: string): string => detail;

export const PluginNotFound = defineError(
  'PLUGIN_NOT_FOUND',
  404,
  'No such plugin is installed.',
  (id: string) => `No plugin ${id} is installed.`,
);
export const ArchiveInvalid = defineError(
  'ARCHIVE_INVALID',
  400,
  'The archive is not a .tgz that can be read, or holds what it must not.',
  text,
);
export const ArchiveTooLarge = defineError(
  'ARCHIVE_TOO_LARGE',
  413,
  'The archive, or what it unpacks to, is larger than accepted.',
  text,
);
export const ManifestInvalid = defineError('MANIFEST_INVALID', 422, 'plugin.json does not fit its schema.', text);
export const PluginScopeUnknown = defineError(
  'PLUGIN_SCOPE_UNKNOWN',
  422,
  'The manifest asks for a scope that does not exist or that plugins cannot have.',
  (scope: string) => `There is no scope "${scope}" for plugins.`,
);
export const PluginIncompatible = defineError(
  'PLUGIN_INCOMPATIBLE',
  422,
  'The plugin is made for another version of Rapport.',
  text,
);
export const PluginBundleRefused = defineError(
  'PLUGIN_BUNDLE_REFUSED',
  422,
  'The code does not compile, or imports what a plugin cannot have.',
  text,
);
export const PluginVersionTaken = defineError(
  'PLUGIN_VERSION_TAKEN',
  409,
  'This version is installed with other contents; versions do not change.',
  (id: string, version: string) => `${id} ${version} is installed with other contents. Raise the version.`,
);
export const ConsentIncomplete = defineError(
  'CONSENT_INCOMPLETE',
  422,
  'A required scope was not granted, or one was granted that is not asked for.',
  text,
);
export const ConsentMissing = defineError(
  'CONSENT_MISSING',
  409,
  'The plugin waits for consent to its scopes.',
  (id: string) => `${id} waits for consent to what it asks for.`,
);
export const PluginSettingsInvalid = defineError(
  'PLUGIN_SETTINGS_INVALID',
  422,
  "A setting does not fit the plugin's schema, or a required one is missing.",
  text,
);
export const PluginEndpointNotFound = defineError(
  'PLUGIN_ENDPOINT_NOT_FOUND',
  404,
  'The plugin is off, or has no such endpoint.',
  text,
);
export const PluginFailed = defineError(
  'PLUGIN_FAILED',
  502,
  'The plugin did not answer as it should; see its runs.',
  text,
);
export const PluginUnavailable = defineError(
  'PLUGIN_UNAVAILABLE',
  503,
  'The plugin takes no requests for the moment: it failed too often, or too many wait. `Retry-After` says when to come back.',
  text,
);
export const PublisherReserved = defineError(
  'PUBLISHER_RESERVED',
  422,
  'Ids under `rapport/` belong to the plugins that come with Rapport.',
  (id: string) => `${id} does not come with Rapport; choose a publisher of your own.`,
);
