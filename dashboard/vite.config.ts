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
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
