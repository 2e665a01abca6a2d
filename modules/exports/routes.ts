// Exports over HTTP.
import { exportTable } from '@rapport/sdk/routes';
import { Reply, type Served, serve } from '../../core/index.ts';
import { type Exports, exportTypes } from './exports.ts';

/**
 * Everything that can be refused is refused before the headers are sent; an export that fails later ends
 * the connection without its end.
 */
export const exportRoutes = (exports: Exports): Served[] => [
  serve(exportTable, async ({ params, query, actor }) => {
    const format = query.format ?? 'csv';
    return new Reply(await exports.start(params.what, query, actor), {
      headers: {
        'Content-Type': exportTypes[format],
        'Content-Disposition': `attachment; filename="${params.what}.${format}"`,
      },
    });
  }),
];
