import { defineConfig } from 'vitest/config';
import { launcher as ar } from './src/i18n/ar.json';
import { launcher as en } from './src/i18n/en.json';
import { launcher as es } from './src/i18n/es.json';
import { launcher as pt } from './src/i18n/pt-BR.json';

/** What the button is called, by language: the service tells the loader, which so need not know them. */
const titles = {
  name: 'launcher-titles',
  generateBundle(this: { emitFile: (file: object) => void }): void {
    const source = JSON.stringify({ en: en.open, es: es.open, pt: pt.open, ar: ar.open });
    this.emitFile({ type: 'asset', fileName: 'titles.json', source });
  },
};

/**
 * Three programs come out of this folder: `loader`, one classic script that runs on a stranger's page;
 * `chatwoot`, the same for pages that still call Chatwoot's names; and `frame`, the panel that our own
 * origin serves with hashed names.
 */
export default defineConfig(({ mode }) => ({
  base: '/widget/',
  publicDir: false,
  plugins: mode === 'frame' ? [titles] : [],
  build:
    mode === 'loader' || mode === 'chatwoot'
      ? {
          target: 'es2022',
          emptyOutDir: false,
          lib: {
            entry: `src/${mode}.ts`,
            formats: ['iife'],
            name: 'supadeskLoader',
            fileName: () => (mode === 'loader' ? 'widget.js' : 'chatwoot.js'),
          },
        }
      : {
          target: 'es2022',
          // The service looks the hashed names up here when it renders the frame's page.
          manifest: 'manifest.json',
          // Every browser that reaches the frame knows module preloading; the shim is dead weight.
          modulePreload: false,
          assetsInlineLimit: 0,
          rolldownOptions: { input: { frame: 'src/frame/main.tsx' } },
        },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
