// Imports and exports: send a file, look at it, try it, run it, follow it, fetch what was refused; stream tables out.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import {
  ExportKind,
  ExportQuery,
  Import,
  ImportKind,
  ImportQuery,
  ImportStatus,
  Inspection,
  InspectQuery,
} from '../schemas/imports.ts';
import { Closed, IdParams, PageQuery, pageOf } from '../schemas/shared.ts';

const tag = 'imports';
const KindParams = Closed({ what: ImportKind });
const File = Type.Unknown({ description: 'The file itself, CSV or JSON Lines, plain or gzip' });

export const uploadImport = defineRoute({
  method: 'POST',
  path: '/imports/:what',
  scope: 'imports:write',
  tag,
  summary: 'Send a file to import; it runs as a job. With dryRun nothing is written',
  params: KindParams,
  query: ImportQuery,
  body: File,
  rawBody: true,
  maxBody: 4 * 1024 ** 3,
  reply: Import,
  status: 202,
});

export const inspectImport = defineRoute({
  method: 'POST',
  path: '/imports/:what/inspect',
  scope: 'imports:write',
  tag,
  summary: 'What a file looks like: columns, suggested mapping, 20 rows. The first megabyte of the file is enough',
  params: KindParams,
  query: InspectQuery,
  body: File,
  rawBody: true,
  maxBody: 4 * 1024 ** 2,
  reply: Inspection,
});

export const commitImport = defineRoute({
  method: 'POST',
  path: '/imports/:id/commit',
  scope: 'imports:write',
  tag,
  summary: 'Run a finished dry run for real, on the same file and mapping',
  params: IdParams,
  reply: Import,
  status: 202,
});

export const listImports = defineRoute({
  method: 'GET',
  path: '/imports',
  scope: 'imports:read',
  tag,
  summary: 'Imports, newest first',
  query: Closed({ ...PageQuery.properties, status: Type.Optional(ImportStatus) }),
  reply: pageOf(Import),
});

export const getImport = defineRoute({
  method: 'GET',
  path: '/imports/:id',
  scope: 'imports:read',
  tag,
  summary: 'How far an import is, and what it did',
  params: IdParams,
  reply: Import,
});

export const getImportRejects = defineRoute({
  method: 'GET',
  path: '/imports/:id/rejects',
  scope: 'imports:read',
  tag,
  summary: 'Every refused row as CSV: row, field, code, reason, the row as it was. Needs pii as well',
  params: IdParams,
  replyType: 'text/csv; charset=utf-8',
});

export const cancelImport = defineRoute({
  method: 'POST',
  path: '/imports/:id/cancel',
  scope: 'imports:write',
  tag,
  summary: 'Stop an import; what it has imported stays',
  params: IdParams,
  reply: Import,
});

export const exportTable = defineRoute({
  method: 'GET',
  path: '/exports/:what',
  scope: 'exports:read',
  tag: 'exports',
  summary: 'A table as CSV or JSON Lines, streamed; personal data masked for callers without pii',
  params: Closed({ what: ExportKind }),
  query: ExportQuery,
  replyType: 'text/csv; charset=utf-8',
});
