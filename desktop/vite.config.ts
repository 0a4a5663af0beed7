import { defineConfig } from 'vite'

/** Two files: the main process as a module, and, with `--mode preload`, the preload as the one script that a sandboxed page may have. */
export default defineConfig(({ mode }) =>
  mode === 'preload'
    ? {
        build: {
          ssr: 'electron/preload.ts',
          target: 'chrome144',
          outDir: 'dist',
          emptyOutDir: false,
          minify: true,
          rolldownOptions: {
            external: ['electron'],
            output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
          },
        },
        ssr: { noExternal: true, external: ['electron'] },
      }
    : {
        build: {
          ssr: 'main.ts',
          target: 'node24',
          outDir: 'dist',
          emptyOutDir: true,
          rolldownOptions: {
            external: ['electron'],
            output: { format: 'es', entryFileNames: 'main.mjs', codeSplitting: false },
          },
        },
        ssr: { noExternal: true, external: ['electron'] },
      },
)
