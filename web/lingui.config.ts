import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

/** Every text of the interface, in one file for each language. */
export default defineConfig({
  locales: ['en'],
  sourceLocale: 'en',
  catalogs: [{ path: '<rootDir>/src/texts/{locale}', include: ['<rootDir>/src'], exclude: ['**/*.test.*'] }],
  format: formatter({ lineNumbers: false }),
  orderBy: 'message',
})
