// Settings of plugins: what their schema may say, secrets sealed, what plugins and people see of them.
import type { SettingsSchema } from '@rapport/sdk/schemas';
import { RE2JS } from 're2js';
import { faultsOf } from '../../records/given-schema.ts';
import type { SecretBox } from '../../secret-box.ts';
import { ManifestInvalid } from './errors.ts';

type Property = SettingsSchema['properties'][string];
/** Keywords that say something about some types only; on another they would have no effect, so they are refused there. */
const typesOf: Partial<Record<keyof Property, readonly Property['type'][]>> = {
  secret: ['string'],
  enum: ['string', 'number', 'integer'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  format: ['string'],
  minimum: ['number', 'integer'],
  maximum: ['number', 'integer'],
  maxItems: ['array'],
};

/**
 * What the schema itself may not say: a keyword that has no effect, a default that does not fit, a pattern that RE2 does not read.
 * Throws MANIFEST_INVALID with a pointer. `secrets`: whether its values can be sealed.
 */
export const checkSettingsSchema = (schema: SettingsSchema, at: string, { secrets = true } = {}): void => {
  for (const [name, property] of Object.entries(schema.properties)) {
    const pointer = `${at}/properties/${name}`;
    if (property.secret && (!secrets || property.type !== 'string'))
      throw new ManifestInvalid('Only text settings can be secret.', { pointer: `${pointer}/secret` });
    for (const [keyword, types] of Object.entries(typesOf))
      if (Object.hasOwn(property, keyword) && !types.includes(property.type))
        throw new ManifestInvalid(`"${keyword}" says nothing about ${property.type}.`, {
          pointer: `${pointer}/${keyword}`,
        });
    if (property.pattern !== undefined) {
      try {
        RE2JS.compile(property.pattern);
      } catch (error) {
        throw new ManifestInvalid('The pattern is not one RE2 reads.', { pointer: `${pointer}/pattern`, cause: error });
      }
    }
    if (property.default === undefined) continue;
    if (property.secret) throw new ManifestInvalid('A secret has no default.', { pointer: `${pointer}/default` });
    const [fault] = faultsOf({ type: 'object', properties: { [name]: property } }, { [name]: property.default });
    if (fault)
      throw new ManifestInvalid(`The default does not fit: ${fault.detail}`, { pointer: `${pointer}/default` });
  }
  (schema.required ?? []).forEach((name, index) => {
    if (!schema.properties[name])
      throw new ManifestInvalid(`There is no property "${name}".`, { pointer: `${at}/required/${index}` });
  });
};

export const isSecret = (schema: SettingsSchema | undefined, name: string): boolean =>
  schema?.properties[name]?.secret === true;

/** A secret that is not given, or sent back as the `true` it was shown as, is kept, sealed; everything else is what was given. */
export const splitSettings = (
  schema: SettingsSchema | undefined,
  current: Record<string, unknown>,
  given: Record<string, unknown>,
) => {
  const stays = (name: string): boolean => isSecret(schema, name) && (given[name] ?? true) === true;
  return {
    kept: Object.fromEntries(Object.entries(current).filter(([name]) => stays(name))),
    fresh: Object.fromEntries(Object.entries(given).filter(([name]) => !stays(name))),
  };
};

export type Vault = {
  /** Secret members sealed, the others as they are. */
  seal: (
    plugin: string,
    schema: SettingsSchema | undefined,
    settings: Record<string, unknown>,
  ) => Record<string, unknown>;
  open: (plugin: string, name: string, sealed: string) => string;
};

export const createVault = (box: SecretBox): Vault => ({
  seal: (plugin, schema, settings) =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [
        name,
        isSecret(schema, name) && typeof value === 'string' ? box.seal(value, placeOf(plugin, name)) : value,
      ]),
    ),
  open: (plugin, name, sealed) => box.open(sealed, placeOf(plugin, name)),
});

const placeOf = (plugin: string, name: string): string => `plugins/${plugin}/settings/${name}`;

/** Without secrets, defaults filled in: what the plugin sees as `ctx.settings`. */
export const plainSettings = (
  schema: SettingsSchema | undefined,
  settings: Record<string, unknown>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema?.properties ?? {})
      .filter(([, property]) => !property.secret)
      .map(([name, property]) => [name, settings[name] ?? property.default ?? null]),
  );

/** For people: secrets as `true` when set. */
export const shownSettings = (
  schema: SettingsSchema | undefined,
  settings: Record<string, unknown>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([name, property]) => [
      name,
      property.secret ? (settings[name] ? true : null) : (settings[name] ?? property.default ?? null),
    ]),
  );
