import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Text } from 'yjs'
import type { WorkspaceId } from '@arcx/router'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { editingHistories } from '@arcx/testing/history'
import type { EditingHistory } from '@arcx/testing/history'
import type { Person } from '@arcx/testing/person'
import { connectWriter } from '@arcx/testing/writer'

/** So many edits go out as one update, as when somebody types fast. */
const together = 20
const turns = 12

let collab: TestCollab
let second: { readonly port: number }
let people: readonly Person[]
let workspaceId: WorkspaceId

beforeAll(async () => {
  collab = await startTestCollab()
  second = await collab.copy()
  const [ann, ben] = [await collab.arc.person(), await collab.arc.person()]
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'histories' })
  await collab.arc.prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'histories', teamId })).id
  people = [ann, ben]
})
afterAll(() => collab?.destroy())

/** A text counts in UTF-16 units, a history in code points; both are the same where none is beyond the basic plane. */
const isPlain = ({ startContent, patches }: EditingHistory) =>
  !patches.some(([, , insert]) => /[\uD800-\uDFFF]/.test(insert)) && !/[\uD800-\uDFFF]/.test(startContent)

function applyPatch(text: Text, isAllPlain: boolean, [at, remove, insert]: EditingHistory['patches'][number]): void {
  let [from, length] = [at, remove]
  if (!isAllPlain) {
    const letters = [...text.toString()]
    from = letters.slice(0, at).join('').length
    length = letters.slice(at, at + remove).join('').length
  }
  if (length > 0) text.delete(from, length)
  if (insert !== '') text.insert(from, insert)
}

test.each(editingHistories().map((history) => [history.name, history] as const))(
  '%s: two on two copies write it in turns, edit by edit; everybody ends with the same text, and so does PostgreSQL',
  async (name, history) => {
    const [ann, ben] = people as [Person, Person]
    const writers = [
      await connectWriter(ann, workspaceId, name),
      await connectWriter(ben, workspaceId, name, { port: second.port }),
    ] as const
    const reader = await connectWriter(ben, workspaceId, name)
    const isAllPlain = isPlain(history)
    writers[0].write(0, history.startContent)
    const perTurn = Math.ceil(history.patches.length / turns / together) * together
    let inTurn: 0 | 1 = 0
    for (let turn = 0; turn * perTurn < history.patches.length; turn += 1) {
      const [writer, other] = [writers[inTurn], writers[inTurn === 0 ? 1 : 0]]
      await vi.waitFor(() => expect(writer.text() === other.text()).toBe(true), { timeout: 30_000, interval: 5 })
      const shared = writer.doc.getText('content')
      for (let at = turn * perTurn; at < Math.min((turn + 1) * perTurn, history.patches.length); at += together) {
        writer.doc.transact(() => {
          for (const patch of history.patches.slice(at, at + together)) applyPatch(shared, isAllPlain, patch)
        })
        // As many a second as one connection may send.
        if ((at / together) % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 500))
      }
      inTurn = inTurn === 0 ? 1 : 0
    }
    for (const { text } of [...writers, reader])
      await vi.waitFor(() => expect(text() === history.endContent).toBe(true), { timeout: 30_000, interval: 20 })
    for (const { close } of [...writers, reader]) close()
    await collab.kill()
    await collab.start()
    const fresh = await connectWriter(ann, workspaceId, name)
    expect(fresh.text() === history.endContent).toBe(true)
    fresh.close()
  },
  300_000,
)
