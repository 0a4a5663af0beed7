import { defineConfig } from 'prisma/config'

/** For the Prisma CLI; arcx itself applies migrations by `prisma/migrate.ts`. */
export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
})
