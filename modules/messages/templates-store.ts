// Rows of templates.

import type { Template } from '@rapport/sdk/schemas';
import { type Db, fromJson, type Page, page, toIso } from '../../core/index.ts';

type Row = {
  key: string;
  channel: string;
  title: string;
  contents: string;
  default_language: string;
  version: number;
  created_at: number;
  updated_at: number;
};

export const createTemplateStore = (db: Db) => ({
  /** False when the key is taken: that template stands. */
  insert: async (
    template: Omit<Row, 'contents' | 'version'> & { contents: Template['contents'] },
  ): Promise<boolean> => {
    const row = { ...template, contents: JSON.stringify(template.contents), version: 1 };
    return (await db('templates').insert(row).onConflict('key').ignore().returning('key')).length > 0;
  },
  find: async (key: string): Promise<Template | undefined> => {
    const row = (await db('templates').where({ key }).first()) as Row | undefined;
    return row && toTemplate(row);
  },
  /** Raises the version by one, also when what is given is what was there. Answers how many rows there were: 0 or 1. */
  update: (
    key: string,
    change: { title?: string; contents?: Template['contents']; defaultLanguage?: string },
    now: number,
  ): Promise<number> =>
    db('templates')
      .where({ key })
      .update({
        ...(change.title !== undefined && { title: change.title }),
        ...(change.contents !== undefined && { contents: JSON.stringify(change.contents) }),
        ...(change.defaultLanguage !== undefined && { default_language: change.defaultLanguage }),
        version: db.raw('version + 1'),
        updated_at: now,
      }),
  remove: (key: string): Promise<number> => db('templates').where({ key }).delete(),
  list: async (options: { limit: number; cursor?: string }): Promise<Page<Template>> => {
    const found = await page<Row>(db('templates'), {
      ...options,
      id: 'key',
      sort: { column: 'key', direction: 'asc' },
    });
    return { data: found.data.map(toTemplate), next: found.next };
  },
});

const toTemplate = (row: Row): Template => ({
  key: row.key,
  channel: row.channel,
  title: row.title,
  contents: fromJson(row.contents),
  defaultLanguage: row.default_language,
  version: row.version,
  createdAt: toIso(Number(row.created_at)),
  updatedAt: toIso(Number(row.updated_at)),
});
