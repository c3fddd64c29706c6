import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Connect, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Answers /config.js from the environment, as the host does in production. */
function runtimeConfig(): Plugin {
  const answer: Connect.NextHandleFunction = (request, response, next) => {
    if (request.url?.split('?')[0] !== '/config.js') return next();
    response.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    response.end(
      `window.SUPADESK_CONFIG = ${JSON.stringify({
        supabaseUrl: process.env.SUPABASE_URL,
        publishableKey: process.env.SUPABASE_PUBLISHABLE_KEY,
        apiUrl: process.env.SUPADESK_API_URL,
      })};`,
    );
  };
  return {
    name: 'supadesk-runtime-config',
    configureServer: ({ middlewares }) => void middlewares.use(answer),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(answer),
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), runtimeConfig()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Fonts stay files: the content security policy allows font-src 'self', not data:.
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      output: {
        // Every screen needs all of these: one file compresses better than the twenty it would be.
        codeSplitting: {
          groups: [{ name: 'base', test: /node_modules\/(react|react-dom|scheduler|@tanstack)\// }],
        },
      },
    },
    modulePreload: {
      // What the routes need is fetched at once. What is loaded later shares nearly all its parts with
      // what is there already, so naming them again in every chunk would only make the first load longer.
      resolveDependencies: (_, files, { hostId }) =>
        /(^|\/)index[-.]/.test(hostId) ? files : files.filter((file) => file.endsWith('.css')),
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
