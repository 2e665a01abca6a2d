// Builds the console into console/dist, which modules/operations/console.ts serves. `vite console` develops against a server on :3000.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { contracts } from './contracts.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('.'),
  plugins: [contracts(at('../sdk')), react()],
  resolve: {
    alias: [
      // ajv compiles with `new Function`, which the CSP refuses: forms are validated by @cfworker/json-schema.
      { find: '@rjsf/validator-ajv8', replacement: at('./pages/plugins/no-ajv.ts') },
    ],
  },
  build: {
    outDir: at('./dist'),
    emptyOutDir: true,
    // Older targets would have light-dark() lowered, which breaks dark mode.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    target: 'es2022',
    sourcemap: false,
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:3000', '/oauth': 'http://127.0.0.1:3000' } },
});
