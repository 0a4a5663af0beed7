import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import type { WorkspaceId } from '@arcx/router'
import type { TextChange } from '@arcx/collab/text/changes'
import { textOf } from '@arcx/collab/text/shared-text'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import type { Person } from '@arcx/testing/person'
import { Binding } from './binding.ts'
import type { EditedFile } from './edited-file.ts'
import { TextLine } from './text-line.ts'
import { isUnsaved } from './unsaved.ts'

const seed = Number(process.env['ARCX_EDIT_SEED'] ?? randomInt(2 ** 31))

let collab: TestCollab
let people: readonly Person[]
let workspaceId: WorkspaceId

beforeAll(async () => {
  collab = await startTestCollab()
  people = await Promise.all([collab.arc.person(), collab.arc.person()])
  const { id: teamId } = await (people[0] as Person).api.teams.create.mutate({ name: 'windows' })
  await collab.arc.prisma.membership.create({ data: { teamId, userId: (people[1] as Person).userId, role: 'member' } })
  workspaceId = (await (people[0] as Person).api.workspaces.create.mutate({ name: 'edited', teamId })).id
})
afterAll(() => collab?.destroy())

const windows: Window[] = []
afterEach(() => {
  for (const each of windows.splice(0)) each.close()
})

/** A file, as a file system has it: read and written whole, with watchers that hear of it later. */
class File {
  text: string
  writes = 0
  /** Windows that have looked at the file for the last time and are about to write it. */
  aboutToWrite = 0
  /** How long a write takes. */
  writtenAfterMs = () => randomInt(5)
  /** How long after a write its writer's extension hears of it. */
  toldAfterMs = () => randomInt(40)
  onWriting: () => void = () => undefined
  readonly watchers = new Set<() => void>()

  constructor(text: string) {
    this.text = text
  }

  async read(): Promise<string> {
    await pause(randomInt(3))
    return this.text
  }

  write(text: string): void {
    this.text = text
    this.writes += 1
    for (const watcher of this.watchers) setTimeout(watcher, 5 + randomInt(60))
  }
}

/** A window of the editor, with the rules of VS Code's: an edit is refused when the text has become another meanwhile, one that is not dirty reads what is written to the file, one that is dirty does not. */
class Window implements EditedFile {
  readonly file: File
  binding!: Binding
  line!: TextLine
  #text = ''
  #version = 0
  #dirty = false
  /** What the extension is told of that: after each save that it is not, also where something was typed meanwhile. */
  #toldDirty = false

  constructor(file: File) {
    this.file = file
  }

  static async open(person: Person, file: File, path: string, port = collab.port): Promise<Window> {
    const window = new Window(file)
    window.#text = file.text
    const session = {
      socketUrl: '',
      identity: {
        ticket: '',
        may: 'write' as const,
        userId: '',
        login: '',
        name: '',
        incarnation: 1,
        renamed: false,
        expiresAt: '',
      },
    }
    const renew = async () => {
      const { url, ticket } = await person.api.collab.ticket.mutate({ workspaceId })
      const at = new URL(url)
      at.port = String(port)
      session.socketUrl = at.href
      session.identity = { ...session.identity, ticket }
    }
    await renew()
    window.line = new TextLine(session, path, NodeWebSocket as unknown as typeof WebSocket)
    window.line.provider.on('connection-close', () => void renew().catch(() => undefined))
    window.binding = new Binding(window, window.line)
    file.watchers.add(window.#watcher)
    windows.push(window)
    await vi.waitFor(() => expect(window.binding.isPlaced).toBe(true), { timeout: 10_000 })
    return window
  }

  readonly #watcher = () => {
    if (!this.#dirty) void this.#reload()
    this.binding.diskChanged()
  }

  async #reload(): Promise<void> {
    const text = await this.file.read()
    if (this.#dirty || text === this.#text) return
    this.#text = text
    this.#version += 1
    this.binding.changed(true, this.#text)
  }

  type(at: number, words: string): void {
    this.#text = this.#text.slice(0, at) + words + this.#text.slice(at)
    this.#version += 1
    this.#dirty = this.#toldDirty = true
    this.binding.changed(false, this.#text)
  }

  text(): string {
    return this.#text
  }
  get isMarked(): boolean {
    return this.#dirty
  }
  isDirty(): boolean {
    return isUnsaved({ isDirty: this.#toldDirty }, [{ isDirty: this.#dirty }])
  }
  async apply(changes: readonly TextChange[]): Promise<boolean> {
    const version = this.#version
    await pause(randomInt(8))
    if (this.#version !== version) return false
    for (const { at, remove, insert } of changes.toReversed())
      this.#text = this.#text.slice(0, at) + insert + this.#text.slice(at + remove)
    this.#version += 1
    this.#dirty = this.#toldDirty = true
    this.binding.changed(false, this.#text)
    return true
  }
  #saving: Promise<boolean> = Promise.resolve(true)

  /** One save is over, and its extension told, before the next begins. */
  save(): Promise<boolean> {
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  async #save(): Promise<boolean> {
    await this.binding.beforeSave().catch(() => undefined)
    this.file.aboutToWrite += 1
    this.file.onWriting()
    const [text, version] = [this.#text, this.#version]
    await pause(this.file.writtenAfterMs())
    this.file.write(text)
    this.file.aboutToWrite -= 1
    if (this.#version === version) this.#dirty = false
    this.#toldDirty = false
    // The extension hears of it later than the editor.
    await pause(this.file.toldAfterMs())
    void this.binding.saved().catch(() => undefined)
    return true
  }
  readDisk(): Promise<string> {
    return this.file.read()
  }
  /** As when the file is not in front. */
  refusedSettlings = 0
  async settle(): Promise<void> {
    if ((this.refusedSettlings -= 1) >= 0) return
    const version = this.#version
    const text = await this.file.read()
    if (this.#version !== version && this.#text === text) return
    // What was typed meanwhile is overwritten, as the editor does it.
    const differs = this.#text !== text
    this.#text = text
    this.#dirty = this.#toldDirty = false
    this.#version += 1
    if (differs) this.binding.changed(true, this.#text)
  }
  savesItself(): boolean {
    return true
  }
  close(): void {
    this.file.watchers.delete(this.#watcher)
    this.binding.close()
    this.line.close()
  }
}

const untilOne = (file: File, open: readonly Window[]) =>
  vi.waitFor(
    () => {
      expect(new Set([file.text, ...open.flatMap((window) => [window.text(), textOf(window.line.doc)])]).size).toBe(1)
      expect(open.some((window) => window.isMarked)).toBe(false)
    },
    { timeout: 25_000, interval: 100 },
  )

const [ann, ben] = [() => people[0] as Person, () => people[1] as Person]

test('two windows show one text, and it is written to disk once', async () => {
  const file = new File('const a = 1\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'one.ts'), Window.open(ben(), file, 'one.ts')])
  a.type(12, 'const b = 2\n')
  await vi.waitFor(() => expect(b.text()).toBe('const a = 1\nconst b = 2\n'), { timeout: 20_000 })
  expect(b.isDirty()).toBe(true)
  await untilOne(file, [a, b])
  expect([file.text, file.writes]).toEqual(['const a = 1\nconst b = 2\n', 1])
}, 30_000)

test('a program that writes the file while both type takes nothing away, and nothing is written twice', async () => {
  const file = new File('one\ntwo\nthree\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'agent.txt'), Window.open(ben(), file, 'agent.txt')])
  a.type(3, ' from a')
  b.type(b.text().length, 'from b\n')
  file.write('ZERO\none\ntwo\nTHREE\n')
  for (let index = 0; index < 20; index += 1) {
    a.type(a.text().indexOf(' from a') + 7, 'a')
    await pause(30)
    b.type(b.text().indexOf('from b') + 6, 'b')
    await pause(30)
  }
  await untilOne(file, [a, b])
  expect(file.text).toBe(`ZERO\none from a${'a'.repeat(20)}\ntwo\nTHREE\nfrom b${'b'.repeat(20)}\n`)
}, 40_000)

test('a window that could not take up what another saved tries again, until nothing looks unsaved any more', async () => {
  const file = new File('x\n')
  const [a, b] = await Promise.all([
    Window.open(ann(), file, 'unsettled.txt'),
    Window.open(ben(), file, 'unsettled.txt'),
  ])
  b.refusedSettlings = 6
  a.type(1, '1')
  await vi.waitFor(() => expect(b.text()).toBe('x1\n'), { timeout: 20_000 })
  await vi.waitFor(() => expect([file.text, a.isDirty(), b.isDirty()]).toEqual(['x1\n', false, false]), {
    timeout: 40_000,
    interval: 200,
  })
}, 60_000)

test('letters that are typed while the file is written are not taken for what is in it, and so not for deleted afterwards', async () => {
  const file = new File('x\n')
  const [a, b] = await Promise.all([
    Window.open(ann(), file, 'meanwhile.txt'),
    Window.open(ben(), file, 'meanwhile.txt'),
  ])
  file.toldAfterMs = () => 150
  file.onWriting = () => {
    file.onWriting = () => undefined
    // Came after it was told what will be saved, and is saved; the next is not.
    a.type(2, '2')
    setTimeout(() => a.type(3, '3'), 50)
  }
  a.type(1, '1')
  await vi.waitFor(() => expect(file.text).toBe('x12\n'), { timeout: 10_000, interval: 5 })
  await untilOne(file, [a, b])
  expect(file.text).toBe('x123\n')
}, 30_000)

test('letters that come while a window writes the file, from its own person or another, are saved, and nothing looks unsaved then', async () => {
  const file = new File('x\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'written.txt'), Window.open(ben(), file, 'written.txt')])
  file.writtenAfterMs = () => 300
  for (const [type, text] of [
    [() => a.type(2, '2'), 'x12\n'],
    [() => b.type(0, '0'), '0x12\n1'],
  ] as const) {
    file.onWriting = () => {
      file.onWriting = () => undefined
      setTimeout(type, 50)
    }
    a.type(a.text() === 'x\n' ? 1 : a.text().length, '1')
    await vi.waitFor(() => expect(file.text).toBe(text), { timeout: 20_000 })
    await untilOne(file, [a, b])
  }
}, 60_000)

test('a window that is slow to tell what it saved does not take back what another has saved since, and no letter is there twice', async () => {
  const file = new File('x\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'slow.txt'), Window.open(ben(), file, 'slow.txt')])
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const ask = a.line.ask.bind(a.line)
  a.line.ask = async (question) => {
    if (file.writes > 0) await released
    return await ask(question)
  }
  a.type(1, '1')
  await vi.waitFor(() => expect(file.text).toBe('x1\n'), { timeout: 10_000 })
  await vi.waitFor(() => expect([b.text(), b.isDirty()]).toEqual(['x1\n', false]), { timeout: 10_000 })
  b.type(2, '2')
  await vi.waitFor(() => expect([file.text, b.isDirty()]).toEqual(['x12\n', false]), { timeout: 10_000 })
  // Told of by whoever saved it.
  await pause(300)
  b.type(3, '3')
  release()
  await untilOne(file, [a, b])
  expect(file.text).toBe('x123\n')
}, 60_000)

test('letters that are typed as the file is written are there once, also where another sees the file before it is told what was written', async () => {
  const file = new File('x\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'early.txt'), Window.open(ben(), file, 'early.txt')])
  file.toldAfterMs = () => 1200
  file.onWriting = () => {
    file.onWriting = () => undefined
    a.type(2, '2')
    setTimeout(() => b.type(1, '0'), 50)
  }
  a.type(1, '1')
  await untilOne(file, [a, b])
  expect(file.text).toBe('x012\n')
}, 30_000)

test('a program that writes upon what a window has just written, before anybody is told of that, adds what it wrote and nothing else', async () => {
  const file = new File('x\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'upon.txt'), Window.open(ben(), file, 'upon.txt')])
  file.toldAfterMs = () => 600
  file.onWriting = () => {
    file.onWriting = () => undefined
    setTimeout(() => file.write(file.text.replace('\n', ';\n')), 30)
    setTimeout(() => b.type(0, '0'), 60)
  }
  a.type(1, '123')
  await untilOne(file, [a, b])
  expect(file.text).toBe('0x123;\n')
}, 30_000)

test('a program that writes over what a window has just written, before anybody is told of that, has the last word, also where its text is nearer to an earlier one', async () => {
  for (const [path, program] of [
    ['over.txt', 'a program was here\n'],
    ['back.txt', 'keep me\n'],
  ] as const) {
    const file = new File('keep me\n')
    const a = await Window.open(ann(), file, path)
    file.toldAfterMs = () => 600
    a.type(7, ', dear')
    await vi.waitFor(() => expect(file.text).toBe('keep me, dear\n'), { timeout: 10_000, interval: 1 })
    file.write(program)
    await pause(800)
    await untilOne(file, [a])
    expect(file.text).toBe(program)
    const versions = await ann().api.history.versions.query({ workspaceId, path })
    expect(versions.map(({ cause }) => cause)).toEqual(['disk', 'saved', 'opened'])
  }
}, 30_000)

test('and also where team-state was too slow to be told before that was written', async () => {
  const file = new File('keep me\n')
  const a = await Window.open(ann(), file, 'late.txt')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const ask = a.line.ask.bind(a.line)
  a.line.ask = async (question) => {
    await released
    return await ask(question)
  }
  file.toldAfterMs = () => 0
  a.type(7, ', dear')
  await vi.waitFor(() => expect(file.text).toBe('keep me, dear\n'), { timeout: 10_000, interval: 1 })
  file.write('a program was here\n')
  // Told of by the editor before anything has reached team-state.
  await pause(100)
  release()
  await untilOne(file, [a])
  expect(file.text).toBe('a program was here\n')
  const versions = await ann().api.history.versions.query({ workspaceId, path: 'late.txt' })
  expect(versions.map(({ cause }) => cause)).toEqual(['disk', 'saved', 'opened'])
}, 30_000)

test('what the editor wrote is there once, where it was typed on meanwhile and the editor says late that it has saved', async () => {
  const file = new File('slow\n')
  const a = await Window.open(ann(), file, 'stopped.txt')
  const { promise: going, resolve: go } = Promise.withResolvers<void>()
  // The file system does not answer while the editor saves.
  const read = file.read.bind(file)
  file.read = async () => {
    await going
    return await read()
  }
  file.writtenAfterMs = () => 10
  file.toldAfterMs = () => 2500
  file.onWriting = () => {
    file.onWriting = () => undefined
    setTimeout(go, 20)
    setTimeout(() => a.type(10, ' on'), 5)
    setTimeout(() => a.type(13, ' and on'), 400)
  }
  a.type(4, ' first')
  void a.save()
  await pause(200)
  await untilOne(file, [a])
  expect(file.text).toBe('slow first on and on\n')
}, 30_000)

test('a window that is to close may do so at once after it has waited for its text: what was typed is stored, however long team-state was away', async () => {
  const file = new File('base\n')
  const a = await Window.open(ann(), file, 'closing.txt')
  await a.binding.flush()
  a.type(0, 'at once ')
  await a.binding.flush()
  await collab.kill()
  a.type(0, 'alone ')
  let isFlushed = false
  const flushed = a.binding.flush().then(() => (isFlushed = true))
  await vi.waitFor(() => expect(a.line.isConnected).toBe(false))
  expect(isFlushed).toBe(false)
  await collab.start()
  await flushed
  a.close()
  // The file never had any of it.
  file.text = 'base\n'
  const b = await Window.open(ben(), file, 'closing.txt')
  await vi.waitFor(() => expect(b.text()).toBe('alone at once base\n'), { timeout: 20_000 })
}, 60_000)

test('unsaved letters outlive the window; whoever opens the file next finds them, and what the disk has become meanwhile', async () => {
  const file = new File('base\n')
  const a = await Window.open(ann(), file, 'left.txt')
  a.type(0, 'unsaved ')
  await vi.waitFor(() => expect(textOf(a.line.doc)).toBe('unsaved base\n'), { timeout: 20_000 })
  await pause(200)
  a.close()
  file.write('base\nfrom git\n')
  const b = await Window.open(ben(), file, 'left.txt')
  await untilOne(file, [b])
  expect(file.text).toBe('unsaved base\nfrom git\n')
}, 30_000)

test('a window that has lost its connection goes on, saves, and is brought together with the others when it is back', async () => {
  const file = new File('start\n')
  const [a, b] = await Promise.all([Window.open(ann(), file, 'alone.txt'), Window.open(ben(), file, 'alone.txt')])
  await collab.kill()
  a.type(0, 'A')
  await pause(1500)
  b.type(b.text().length, 'B\n')
  await pause(1500)
  await collab.start()
  await untilOne(file, [a, b])
  expect(file.text.replace(/\s/g, '')).toBe('AstartB')
}, 60_000)

test(`three windows on two copies and a program that writes underneath: nothing typed is lost, all end equal to the disk (ARCX_EDIT_SEED=${seed})`, async () => {
  const second = await collab.copy()
  const file = new File(Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join(''))
  const open = [
    await Window.open(ann(), file, 'random.txt'),
    await Window.open(ben(), file, 'random.txt', second.port),
    await Window.open(ann(), file, 'random.txt', second.port),
  ]
  const step = fc.record({
    who: fc.nat(3),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    wait: fc.constantFrom(0, 0, 5, 20, 60, 900),
  })
  const [steps = []] = fc.sample(fc.array(step, { minLength: 70, maxLength: 70 }), { seed, numRuns: 1 })
  for (const [index, { who, at, wait }] of steps.entries()) {
    const window = open[who]
    if (window !== undefined) window.type(Math.floor(at * (window.text().length + 1)), `<${index}>`)
    else {
      // What is written between a window's last look and its own write is overwritten, by this editor as by any.
      await vi.waitFor(() => expect(file.aboutToWrite).toBe(0), { timeout: 20_000, interval: 1 })
      // A program reads, changes and writes; here at a line's end, so that it breaks nobody's word.
      const lines = file.text.split('\n')
      lines.splice(Math.floor(at * lines.length), 0, `[${index}]`)
      file.write(lines.join('\n'))
      // Two programs at once would overwrite each other.
      await pause(1100)
    }
    await pause(wait)
  }
  await untilOne(file, open)
  const expected = steps.map(({ who }, index) => (who === 3 ? `[${index}]` : `<${index}>`))
  // Words may have been typed into words: each letter stands there as often as it was typed.
  const count = (text: string) => [...text].filter((letter) => '<>[]'.includes(letter)).length
  expect(count(file.text)).toBe(count(expected.join('')))
}, 180_000)
