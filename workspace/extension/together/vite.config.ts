import { defineConfig } from 'vite'

/** One file, as the editor's worker in a browser loads it. */
export default defineConfig({
  build: {
    target: 'es2023',
    sourcemap: false,
    minify: true,
    lib: { entry: 'main.ts', formats: ['cjs'], fileName: () => 'main.js' },
    rollupOptions: { external: ['vscode'] },
  },
})
