import { defineConfig } from 'vitest/config'
import { texts } from './web/macros.ts'

const everywhere = ['**/node_modules/**', '**/dist/**', '.arcx/**']
const minute = 60_000
/** The machine does all the rest at the same time. */
const patient = { poll: { timeout: 20_000 } }

/** Three kinds, told by their names: `x.test.ts` needs nothing, `x.integration.test.ts` the run's servers, `x.alone.test.ts` all of them to itself. */
export default defineConfig({
  test: {
    // Integration tests wait for containers more than they compute.
    maxWorkers: 3,
    pool: 'forks',
    projects: [
      // Long enough for a property on a machine that does all the rest at the same time.
      {
        plugins: [texts()],
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...everywhere, '**/*.integration.test.ts', '**/*.alone.test.ts'],
          testTimeout: minute,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: everywhere,
          testTimeout: 2 * minute,
          hookTimeout: 2 * minute,
          expect: patient,
        },
      },
      {
        test: {
          name: 'alone',
          include: ['**/*.alone.test.ts'],
          exclude: everywhere,
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
          expect: patient,
        },
      },
    ],
  },
})
