import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import type { AuditEntryView, AuditVerdict, WebhookDelivery } from '@arcx/router'
import { verifyChain } from '@arcx/router/audit-chain'
import { Failure, exitCodes } from '../failure.ts'
import { ago, table } from '../output/output.ts'
import type { Output } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import { addTierCommands } from './admin-tiers.ts'
import { countOf } from './count.ts'

/** Also called as `arcx-admin`. */
export function addAdminCommands(program: Command, sessions: Sessions): void {
  const admin = program
    .command('admin')
    .description('For whoever runs the server, with its ARC_ADMIN_TOKEN or a token with the scope admin.')

  admin
    .command('overview')
    .description('How the server stands.')
    .action(async (_options, command) => {
      const session = sessions.asAdmin(command)
      const overview = await (await session.server()).api.admin.overview.query()
      const counts = (of: Readonly<Record<string, number>>) =>
        Object.entries(of)
          .map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`)
          .join(', ') || 'none'
      session.output.result(overview, [
        `people      ${counts(overview.people)}`,
        `waiting     ${overview.waiting}`,
        `sessions    ${overview.sessions}`,
        `workspaces  ${counts(overview.workspaces)}`,
      ])
    })

  admin
    .command('users')
    .description('List people.')
    .argument('[search]', 'part of a login, name or e-mail')
    .action(async (search, _options, command) => {
      const session = sessions.asAdmin(command)
      const users = await (await session.server()).api.admin.users.list.query({ search: search ?? '' })
      session.output.result(
        users,
        table(
          ['LOGIN', 'NAME', 'ROLE', 'PLAN', 'STANDING', 'WORKSPACES'],
          users.map((user) => [user.login, user.name, user.role, user.tier, user.status, String(user.workspaces)]),
        ),
      )
    })

  admin
    .command('workspaces')
    .description('List everybody’s workspaces.')
    .argument('[search]', 'part of a name, a login or a team')
    .action(async (search, _options, command) => {
      const session = sessions.asAdmin(command)
      const all = await (await session.server()).api.admin.workspaces.list.query({ search: search ?? '' })
      session.output.result(
        all,
        table(
          ['NAME', 'STATE', 'OF', 'USED', 'ID'],
          all.map((workspace) => [
            workspace.name,
            workspace.state,
            workspace.teamName === null ? (workspace.ownerLogin ?? '') : `team ${workspace.teamName}`,
            ago(workspace.lastActivityAt),
            workspace.id,
          ]),
        ),
      )
    })

  admin
    .command('invite')
    .description('Make an invitation to sign up; its link is shown this once.')
    .option('--uses <count>', 'for how many people', countOf('--uses', 1, 10_000), 1)
    .option('--days <days>', 'until it ends', countOf('--days', 1, 365), 14)
    .action(async (options, command) => {
      const session = sessions.asAdmin(command)
      const invite = await (
        await session.server()
      ).api.admin.invites.create.mutate({ maxUses: options.uses, expiresDays: options.days })
      session.output.result(invite, invite.url)
    })

  addTierCommands(admin, sessions)
  const webhooks = admin.command('webhooks').description('What GitHub and Stripe have sent to this server.')
  webhooks
    .command('ls', { isDefault: true })
    .description('List the latest deliveries, and what came of them.')
    .addOption(
      new Option('--outcome <outcome>', 'those alone').choices(['queued', 'handled', 'ignored', 'failed'] as const),
    )
    .action(async (options, command) => {
      const session = sessions.asAdmin(command)
      const all = await (await session.server()).api.admin.webhooks.list.query({ outcome: options.outcome ?? null })
      session.output.result(
        all,
        all.length === 0
          ? 'Nothing has been sent to this server.'
          : table(
              ['FROM', 'EVENT', 'OUTCOME', 'ATTEMPTS', 'CAME', 'ERROR', 'ID'],
              all.map((each) => [
                each.source,
                each.event,
                each.outcome,
                String(each.attempts),
                ago(each.receivedAt),
                each.error ?? '',
                each.id,
              ]),
            ),
      )
    })
  webhooks
    .command('replay')
    .description('Handle a delivery again.')
    .argument('<id>', 'as `webhooks ls` shows it')
    .action(async (id, _options, command) => {
      const session = sessions.asAdmin(command)
      await (await session.server()).api.admin.webhooks.replay.mutate({ id: id as WebhookDelivery['id'] })
      session.output.result({ id }, 'It will be handled again.')
    })

  const audit = admin.command('audit').description('The record of what was done.')
  audit
    .command('verify')
    .description('Check that no line of the record was changed or taken out: on the server, or in an export.')
    .argument(
      '[export]',
      'a file of JSON lines from `audit export`; - for standard input; without it, the server checks its own',
    )
    .option('--head <hash>', 'the last hash as it was kept elsewhere: then lines missing at the end show too')
    .action(async (file, options, command) => {
      const session = sessions.asAdmin(command)
      const verdict =
        file === undefined
          ? await (await session.server()).api.audit.verify.query()
          : await verifyChain(entriesOf(file))
      reportVerdict(session.output, verdict, options.head)
    })
  audit
    .command('export')
    .description('Write the record to standard output, oldest first.')
    .option('--csv', 'for a spreadsheet, in place of JSON lines')
    .action(async (options, command) => {
      const session = sessions.asAdmin(command)
      const answer = await (
        await session.server()
      ).get(`/api/admin/audit?format=${options.csv === true ? 'csv' : 'jsonl'}`)
      if (!answer.ok || answer.body === null)
        throw new Failure(
          `The server answered ${answer.status}.`,
          'export_failed',
          answer.status === 401 ? exitCodes.signedOut : exitCodes.failed,
        )
      await pipeline(Readable.fromWeb(answer.body as never), process.stdout, { end: false })
    })
}

function reportVerdict(output: Output, verdict: AuditVerdict, head: string | undefined): void {
  if (verdict.kind === 'broken')
    throw new Failure(
      `The record is broken at line ${verdict.id}: ${verdict.why === 'changed' ? 'it was changed' : 'a line before it is missing'}.`,
      'record_broken',
      exitCodes.failed,
    )
  if (head !== undefined && head !== verdict.head)
    throw new Failure(
      `The record ends at another line than the one that was kept: its head is ${verdict.head}.`,
      'record_cut',
      exitCodes.failed,
    )
  output.result(verdict, [`The record is whole: ${verdict.entries} lines.`, `Keep its head elsewhere: ${verdict.head}`])
}

async function* entriesOf(
  file: string,
): AsyncIterable<Omit<AuditEntryView, 'hash'> & { readonly hash: Buffer | null }> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  let number = 0
  for await (const line of createInterface({ input })) {
    number += 1
    if (line === '') continue
    let entry: AuditEntryView
    try {
      entry = JSON.parse(line) as AuditEntryView
    } catch {
      throw new Failure(`Line ${number} of ${file} is no JSON.`, 'export_invalid', exitCodes.refused)
    }
    yield { ...entry, hash: entry.hash === null ? null : Buffer.from(entry.hash, 'hex') }
  }
}
