// Imports over HTTP: contract → one sentence.

import {
  cancelImport,
  commitImport,
  getImport,
  getImportRejects,
  inspectImport,
  listImports,
  uploadImport,
} from '@rapport/sdk/routes';
import { Reply, type Served, serve } from '../../core/index.ts';
import type { ImportService } from './service.ts';

/**
 * The body of an upload is the file itself; its limit in bytes is the route's `maxBody`. Who may not read
 * personal data gets no refused rows, and no cells of an import that is stored.
 */
export const importRoutes = (imports: ImportService): Served[] => [
  serve(uploadImport, ({ params, query, ctx, actor }) =>
    imports.upload(params.what, query, ctx.req, uploadImport.maxBody, actor),
  ),
  serve(inspectImport, ({ params, query, ctx }) => imports.inspect(params.what, query, ctx.req, inspectImport.maxBody)),
  serve(commitImport, ({ params, actor }) => imports.commit(params.id, actor)),
  serve(listImports, ({ query, actor }) => imports.list(query, actor)),
  serve(getImport, ({ params, actor }) => imports.get(params.id, actor)),
  serve(
    getImportRejects,
    async ({ params, actor }) =>
      new Reply(await imports.getRejects(params.id, actor), {
        headers: { 'Content-Disposition': `attachment; filename="rejects-${params.id}.csv"` },
      }),
  ),
  serve(cancelImport, ({ params, actor }) => imports.cancel(params.id, actor)),
];
