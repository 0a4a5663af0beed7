#!/usr/bin/env node
import { basename } from 'node:path'
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { exitCodes, failureOf } from './failure.ts'
import { Output } from './output/output.ts'
import { commandsOf, createProgram } from './program.ts'

// Whoever reads no more, as `head` does, has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

const program = createProgram(process.env)
// Linked to under that name, it administers.
const [node = '', script = '', ...words] = process.argv
const args = [node, script, ...(basename(script).startsWith('arcx-admin') ? ['admin'] : []), ...words]
// Set before parsing, and on each: commands do not inherit it.
const plain = program as unknown as Command
for (const command of [plain, ...commandsOf(plain)]) command.exitOverride()
try {
  await program.parseAsync(args)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  else {
    const failure = failureOf(error)
    new Output(args.includes('--json')).failure(failure)
    process.exitCode = failure.exitCode
  }
}
