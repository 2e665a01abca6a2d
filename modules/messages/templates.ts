// Templates: saved only when every part of every language compiles; shown as a customer would get them.

import type { MessageContent, NewTemplate, Template, TemplateChange } from '@rapport/sdk/schemas';
import {
  type Actor,
  Conflict,
  type Db,
  defineError,
  InvalidRequest,
  type Platform,
  transact,
  transactRetrying,
} from '../../core/index.ts';
import { TemplateInvalid } from './renderer.ts';
import { findTemplateFault } from './template-rules.ts';
import { createTemplateStore } from './templates-store.ts';

export const TemplateNotFound = defineError(
  'TEMPLATE_NOT_FOUND',
  404,
  'No such template.',
  (key: string) => `No template ${key}.`,
);

/** A template is saved only when every part of every language can be compiled; what is saved may still lack a variable when it is sent. */
export const createTemplates = ({ database, clock, audit, dependents }: Platform) => {
  const store = createTemplateStore(database.writer);
  const get = async (key: string): Promise<Template> => {
    const template = await store.find(key);
    if (!template) throw new TemplateNotFound(key);
    return template;
  };
  return {
    get,
    /**
     * Undefined when there is none; read in the given transaction so that a check and a write see the same
     * template.
     */
    find: (key: string, db: Db = database.writer) => createTemplateStore(db).find(key),
    list: (options: { limit: number; cursor?: string }) => createTemplateStore(database.reader).list(options),
    /**
     * Throws CONFLICT when the key is taken, TEMPLATE_INVALID with a pointer to the part, and
     * InvalidRequest without a content in the default language.
     */
    create: async (input: NewTemplate, actor: Actor): Promise<Template> => {
      checkContents(input.contents, input.defaultLanguage);
      const now = clock.now();
      const { key, channel, title, contents } = input;
      await transact(database.writer, async (trx) => {
        const row = {
          key,
          channel,
          title,
          contents,
          default_language: input.defaultLanguage,
          created_at: now,
          updated_at: now,
        };
        if (!(await createTemplateStore(trx).insert(row)))
          throw new Conflict(`There is a template ${key} already.`, { pointer: '/key' });
        await audit.record(trx, { actor, action: 'template.created', subject: { kind: 'template', id: key } });
      });
      return get(key);
    },
    /**
     * `contents` replaces all languages. Messages that are queued already are rendered with the template
     * as it is when they are sent. Throws as `create` does, and TemplateNotFound.
     */
    change: async (key: string, change: TemplateChange, actor: Actor): Promise<Template> => {
      await transact(database.writer, async (trx) => {
        const store = createTemplateStore(trx);
        // Written first: two changes at once wait for each other, and each is checked as it comes out with the other.
        await store.update(key, change, clock.now());
        const after = await store.find(key);
        if (!after) throw new TemplateNotFound(key);
        checkContents(after.contents, after.defaultLanguage);
        await audit.record(trx, {
          actor,
          action: 'template.changed',
          subject: { kind: 'template', id: key },
          details: { members: Object.keys(change) },
        });
      });
      return get(key);
    },
    /** Refused with RULE_IN_USE while alerts name it, unless `cascade` pauses them. */
    remove: (key: string, actor: Actor, { cascade }: { cascade?: boolean } = {}): Promise<void> =>
      transactRetrying(database.writer, async (trx) => {
        await dependents.release(trx, [`template:${key}`], { actor, cascade });
        if ((await createTemplateStore(trx).remove(key)) === 0) throw new TemplateNotFound(key);
        await audit.record(trx, { actor, action: 'template.deleted', subject: { kind: 'template', id: key } });
      }),
  };
};

export type Templates = ReturnType<typeof createTemplates>;

/** The content in the customer's language, else its base language, else the default. */
export const contentFor = (
  template: Template,
  language: string | null,
): { content: MessageContent; language: string } => {
  const wanted = [language, language?.split('-')[0], template.defaultLanguage].find(
    (name) => name && Object.hasOwn(template.contents, name),
  );
  const chosen = wanted ?? Object.keys(template.contents)[0]!;
  return { content: template.contents[chosen]!, language: chosen };
};

/** Throws InvalidRequest without a body, TemplateInvalid with a pointer to the part that cannot be compiled. */
export const checkContent = (content: MessageContent, pointer: string): void => {
  if (content.text === undefined && content.html === undefined)
    throw new InvalidRequest('A message needs a text or an html part.', { pointer });
  for (const [part, source] of Object.entries(content)) {
    const fault = findTemplateFault(source);
    if (fault) throw new TemplateInvalid(`${part}: ${fault}`, { pointer: `${pointer}/${part}` });
  }
};

const checkContents = (contents: Template['contents'], defaultLanguage: string): void => {
  if (!contents[defaultLanguage])
    throw new InvalidRequest(`There is no content in the default language ${defaultLanguage}.`, {
      pointer: '/contents',
    });
  for (const [language, content] of Object.entries(contents)) checkContent(content, `/contents/${language}`);
};
