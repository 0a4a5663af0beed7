import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { texts } from './macros.ts'

export default defineConfig({
  plugins: [texts(), react(), tailwindcss()],
  build: {
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // What every page stands on is one file, and not a dozen that wait for one another.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              priority: 2,
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack[\\/](react-router|router-core|history|react-store|store|react-query|query-core)|@trpc|@lingui)[\\/]/,
            },
            // By itself, so that another program than the page can read it.
            { name: 'texts', priority: 3, test: /texts[\\/]en\.po/ },
            // Small parts of our own that several pages have; not what stands on dialogs and menus, which come when they are opened.
            {
              name: 'parts',
              priority: 1,
              minShareCount: 2,
              test: /(web[\\/]src[\\/](?!.*(dialog\.tsx|modal|name-field|confirm-by-name|menu-popup|toast-host|palette[\\/](palette|entries|search)|program-settings|(admin|billing|docs|egress|event-webhooks|history|pages|secrets|tokens|usage|workflows)[\\/])))|lucide-react/,
            },
          ],
        },
      },
    },
  },
})
