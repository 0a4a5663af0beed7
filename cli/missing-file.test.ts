import { expect, test } from 'vitest'
import { exitCodes } from './failure.ts'
import { createProgram } from './program.ts'

test('a path that is not on this machine is named, with the exit code of what is not found', async () => {
  const scan = createProgram({}).parseAsync(['scan', '/no/such/file'], { from: 'user' })
  await expect(scan).rejects.toMatchObject({
    message: 'No such file or folder on this machine: /no/such/file',
    code: 'file_not_found',
    exitCode: exitCodes.notFound,
  })
})
