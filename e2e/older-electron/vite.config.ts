import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The app's main process for an older Electron: one CommonJS file, over stand-ins for what that lacks. `OUT` is where it goes. */
export default defineConfig({
  root: file('../../desktop'),
  resolve: { alias: [{ find: /^electron$/, replacement: file('./stand-ins.cjs') }] },
  build: {
    ssr: 'main.ts',
    target: 'es2021',
    outDir: process.env['OUT'] ?? 'dist-older',
    emptyOutDir: false,
    rolldownOptions: { output: { format: 'cjs', entryFileNames: 'main.cjs', codeSplitting: false } },
  },
  ssr: { noExternal: true },
})
