// A plugin's settings schema as the form wants it: titles in the reader's language, secrets as password fields that may stay empty.
import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import type { Language } from '../../words/words.ts';

type LocalText = string | { en: string; zh?: string };
type Property = { title?: LocalText; description?: LocalText; secret?: boolean; type?: string } & Record<
  string,
  unknown
>;
type Schema = { type: string; properties?: Record<string, Property>; required?: string[] };
type Settings = Record<string, unknown>;

export const localText = (text: LocalText | undefined, language: Language): string | undefined =>
  typeof text === 'object' ? (language === 'zh' && text.zh) || text.en : text;

export const isSecret = (schema: unknown, name: string): boolean =>
  (schema as Schema | null)?.properties?.[name]?.secret === true;

/** A secret that is set need not be typed again, so it is only required while it is unset. */
export const formSchema = (schema: unknown, settings: Settings, language: Language): RJSFSchema => {
  const { properties = {}, required = [], ...rest } = schema as Schema;
  return {
    ...rest,
    required: required.filter((name) => !(properties[name]?.secret && settings[name] === true)),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, { secret: _secret, title, description, ...property }]) => [
        name,
        {
          ...property,
          title: localText(title, language) ?? name,
          ...(description !== undefined && { description: localText(description, language) }),
        },
      ]),
    ),
  } as RJSFSchema;
};

export const formLook = (schema: unknown, settings: Settings, isSet: string): UiSchema => ({
  'ui:submitButtonOptions': { norender: true },
  ...Object.fromEntries(
    Object.entries((schema as Schema).properties ?? {})
      .filter(([, { secret }]) => secret)
      .map(([name]) => [
        name,
        { 'ui:widget': 'password', 'ui:placeholder': settings[name] === true ? isSet : '', 'ui:autocomplete': 'off' },
      ]),
  ),
});

/** What the form starts with: secrets never come back from the server. */
export const formData = (schema: unknown, settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name, value]) => !isSecret(schema, name) && value !== null));

/** What is sent: a secret left empty keeps its value by being left out. */
export const toSettings = (schema: unknown, data: Settings): Settings =>
  Object.fromEntries(
    Object.entries(data).filter(([name, value]) => value !== undefined && !(isSecret(schema, name) && value === '')),
  );
