import type { Command } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import type { EgressCall, EgressLimit, EgressRules } from '@arcx/router'
import { Failure, exitCodes, failureOf } from '../failure.ts'
import { ownerNamed, ownerOptions } from '../owner.ts'
import { outcomeInWords } from '../output/outcome.ts'
import { table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import { findWorkspace } from '../workspace.ts'
import { countOf } from './count.ts'

export function addEgressCommands(program: Command, sessions: Sessions): void {
  program
    .command('egress')
    .description('Show what a workspace did outside: every call, passed and refused.')
    .argument('<workspace>')
    .option('--refused', 'only refused requests, and those that were cut off')
    .option('--host <text>', 'only requests to hosts whose name contains this')
    .option('--limit <count>', 'how many, newest first', countOf('--limit', 1, 500), 50)
    .option('-f, --follow', 'go on showing new ones as they are over')
    .action(async (wanted, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id: workspaceId } = await findWorkspace(server, wanted)
      const filter = { workspaceId, refused: options.refused === true, host: options.host ?? null }
      if (options.follow !== true) {
        const calls = await server.api.egress.calls.query({ ...filter, limit: options.limit })
        return session.output.result(
          calls,
          calls.length === 0
            ? 'No requests yet.'
            : table(['AT', 'METHOD', 'ADDRESS', 'OUTCOME', 'SECRETS', 'REDACTED'], calls.map(rowOf)),
        )
      }
      const shown = new Set<string>()
      /** Of what was there before, as many are shown as were asked for, and none that is older. */
      let since: string | null = null
      const show = (calls: readonly EgressCall[]) => {
        since ??= calls.slice(0, options.limit).at(-1)?.at ?? ''
        for (const call of calls.toReversed()) {
          if (call.outcome === 'open' || call.at < since || shown.has(call.id)) continue
          shown.add(call.id)
          session.output.result(call, rowOf(call).join('  '))
        }
      }
      const live = server.live()
      try {
        await new Promise<void>((resolve, reject) => {
          live.api.egress.onCalls.subscribe(
            { ...filter, limit: 500 },
            {
              onData: ({ data }) => show(data.calls),
              onError: (error) => reject(failureOf(error)),
              onComplete: resolve,
            },
          )
        })
      } finally {
        live.close()
      }
    })

  const rules = program.command('rules').description('Where workspaces may go.')
  rules
    .command('show', { isDefault: true })
    .description('Show where workspaces may go.')
    .option(...ownerOptions[0])
    .option(...ownerOptions[1])
    .action(async (options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const found = await server.api.egress.rules.query(await ownerNamed(server, options))
      session.output.result(found, inWords(found))
    })
  rules
    .command('set')
    .description('Change where workspaces may go, from the next request on. What is not named stays.')
    .option('--open', 'allow hosts that are not listed')
    .option('--closed', 'to hosts that are not listed they may not go')
    .option(
      '--allow <host...>',
      'instead of those so far: hosts, *.SUFFIX, preset:packages, preset:github, preset:ai; “none” for none',
    )
    .option('--deny <host...>', 'instead of those so far, and before what is allowed; “none” for none')
    .option(
      '--limit <limit...>',
      'instead of those so far: HOST=60/min, HOST=100MB/h, with * for all hosts; “none” for none',
    )
    .addOption(
      new Option('--pasted <what>', 'what becomes of a request with an API key for another host').choices([
        'refuse',
        'observe',
        'off',
      ] as const),
    )
    .addOption(
      new Option('--found <what>', 'what becomes of credentials in responses, other than your secrets').choices([
        'off',
        'observe',
        'redact',
      ] as const),
    )
    .option(...ownerOptions[0])
    .option(...ownerOptions[1])
    .action(async (options, command) => {
      const session = sessions.of(command)
      if (options.open === true && options.closed === true)
        throw new Failure('Either --open or --closed.', 'usage', exitCodes.usage)
      const server = await session.server()
      const owner = await ownerNamed(server, options)
      const before = await server.api.egress.rules.query(owner)
      const after = await server.api.egress.setRules.mutate({
        ...owner,
        fallback: options.open === true ? 'open' : options.closed === true ? 'closed' : before.fallback,
        allow: [...(listOf(options.allow) ?? before.allow)],
        deny: [...(listOf(options.deny) ?? before.deny)],
        limits: listOf(options.limit)?.map(limitOf) ?? [...before.limits],
        found: options.found ?? before.found,
        pasted: options.pasted ?? before.pasted,
      })
      session.output.result(after, inWords(after))
    })
}

function rowOf({ at, method, url, outcome, status, secrets, scrubbed, redacted }: EgressCall): string[] {
  const found = Object.entries(redacted).map(([rule, count]) => `${count} ${rule}`)
  return [
    at.slice(0, 19).replace('T', ' '),
    method,
    url.slice(0, 80),
    outcomeInWords({ outcome, status }),
    secrets.join(',') || '-',
    [String(scrubbed), ...found].join(', '),
  ]
}

const listOf = (given: readonly string[] | undefined) => (given?.length === 1 && given[0] === 'none' ? [] : given)

function limitOf(text: string): EgressLimit {
  const [, host = '', count, unit] = /^(.+)=(\d+)(\/min|MB\/h)$/.exec(text) ?? []
  if (count === undefined)
    throw new Failure(`“${text}” is no limit: HOST=60/min or HOST=100MB/h.`, 'usage', exitCodes.usage)
  return {
    host,
    requestsPerMinute: unit === '/min' ? Number(count) : null,
    megabytesPerHour: unit === '/min' ? null : Number(count),
  }
}

const pastedWords = { refuse: 'block the request', observe: 'record only', off: 'ignore' } as const satisfies Readonly<
  Record<EgressRules['pasted'], string>
>
const foundWords = { redact: 'redact', observe: 'record only', off: 'ignore' } as const satisfies Readonly<
  Record<EgressRules['found'], string>
>

function inWords({ fallback, allow, deny, limits, pasted, found }: EgressRules): string {
  const bounds = limits.map(
    ({ host, requestsPerMinute, megabytesPerHour }) =>
      `${host}: ${[requestsPerMinute === null ? null : `${requestsPerMinute} requests a minute`, megabytesPerHour === null ? null : `${megabytesPerHour} MB an hour`].filter((each) => each !== null).join(', ')}`,
  )
  const rows = [
    ['hosts not listed', fallback === 'open' ? 'are allowed' : 'are blocked'],
    ['allowed', allow.join(', ') || '-'],
    ['denied', deny.join(', ') || '-'],
    ['limits', bounds.join('; ') || '-'],
    ['API keys for other hosts', pastedWords[pasted]],
    ['credentials in responses', foundWords[found]],
  ]
  return rows.map(([name = '', what = '']) => `${name.padEnd(26)}${what}`).join('\n')
}
