import { defineConfig } from 'vite'

/** One file that runs on any Node from 20 on; the server hands it out at `/cli/arcx.mjs`. */
export default defineConfig({
  build: {
    ssr: 'main.ts',
    target: 'node20',
    outDir: '../web/dist/cli',
    emptyOutDir: true,
    minify: true,
    rolldownOptions: { output: { entryFileNames: 'arcx.mjs', codeSplitting: false } },
  },
  ssr: { noExternal: true },
})
