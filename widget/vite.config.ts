import { defineConfig } from 'vitest/config';

/**
 * Two programs come out of this folder, so there are two builds: `loader`, one classic script that
 * runs on a stranger's page, and `frame`, the panel that our own origin serves with hashed names.
 */
export default defineConfig(({ mode }) => ({
  base: '/widget/',
  publicDir: false,
  build:
    mode === 'loader'
      ? {
          target: 'es2022',
          emptyOutDir: false,
          lib: {
            entry: 'src/loader.ts',
            formats: ['iife'],
            name: 'supadeskLoader',
            fileName: () => 'widget.js',
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
