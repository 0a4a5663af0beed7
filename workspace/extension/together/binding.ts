import { digest } from 'lib0/hash/sha256'
import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { changesBetween } from '@arcx/collab/text/changes'
import { mostAnnounced } from '@arcx/collab/text/protocol'
import { fork, merged, rewrite, textOf } from '@arcx/collab/text/shared-text'
import { Autosave } from './autosave.ts'
import { Delays } from './delays.ts'
import type { EditedFile } from './edited-file.ts'
import type { TextLine } from './text-line.ts'

/** Until then whoever has written the file has told of it. */
const settleMs = 700
/** Whoever writes the file tells of it within that, mostly. */
const tellingMs = 150
const flushMs = 100
/**
 * A save waits no longer for team-state. VS Code goes on after 1.5 s by itself, and never again asks an extension that was
 * late four times: what others write would be overwritten unseen from there on.
 */
const mostBeforeSaveMs = 1200
const mostLooks = 30
/** Each is a whole text’s state. */
const mostWhileSaving = 50

interface Announcement {
  readonly type: 'announce'
  readonly hash: string
  readonly state: string
}

/** A look at the disk. */
interface Sight {
  readonly text: string
  /** What was known of it before it was looked at: what was told since may be newer than this. */
  readonly from: string | null
}

/** What the editor shows while it saves, one of which it writes, and of which of them team-state has been told. */
interface Saving {
  readonly shown: Announcement[]
  readonly told: Set<string>
  /** It writes, or has written: what is still to be found out comes too late for that. */
  isWritten: boolean
}

const bytesOf = new TextEncoder()
const hashOf = (text: string): string =>
  [...digest(bytesOf.encode(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/**
 * Keeps an editor's text and the shared text the same. `#shown` is the shared text as far as the editor shows it: what is
 * typed is told apart from that and goes out at once; what comes from others goes into the editor when it takes it. What
 * the file holds is decided by team-state, for all windows at once.
 */
export class Binding {
  readonly #editor: EditedFile
  readonly #line: TextLine
  #shown = new Doc()
  #landing: { readonly text: string; readonly update: Uint8Array; landed: boolean } | null = null
  #isPumping = false
  /** While what the editor shows is not placed within the shared text: at the beginning, and when it was read from disk again. */
  #placing: 'not' | 'placing' | 'again' = 'not'
  #isPlaced = false
  #knownHash: string | null = null
  /** The editor's text when it was last the file's; null where it never was. */
  #clean: string | null
  #saving: Saving | null = null
  /** Until team-state is told what was written here, what a program wrote upon that is not told either. */
  #telling: Promise<void> = Promise.resolve()
  /** What was saved while there was no connection. */
  #savedAlone: Announcement | null = null
  readonly #delays = new Delays()
  readonly #autosave: Autosave
  #closed = false
  readonly #listeners = new Set<() => void>()
  readonly #unobserve: () => void

  constructor(editor: EditedFile, line: TextLine) {
    this.#editor = editor
    this.#line = line
    this.#clean = editor.isDirty() ? null : editor.text()
    this.#autosave = new Autosave({
      editor,
      awareness: line.provider.awareness,
      delays: this.#delays,
      isReady: () => this.#isPlaced && this.#placing === 'not',
      settle: (disk) => this.settleWith(disk),
    })
    const onUpdate = (_update: Uint8Array, origin: unknown) => {
      if (origin === this) return
      this.#autosave.touched()
      void this.#pump()
    }
    const onSync = (isSynced: boolean) => {
      if (!isSynced) return
      if (!this.#isPlaced) return void this.place()
      // Before anybody takes what was saved alone for somebody else's.
      const savedAlone = this.#savedAlone
      this.#savedAlone = null
      if (savedAlone !== null) void line.ask(savedAlone).catch(() => (this.#savedAlone = savedAlone))
      void this.#pump()
    }
    line.doc.on('update', onUpdate)
    line.provider.on('sync', onSync)
    this.#unobserve = () => {
      line.doc.off('update', onUpdate)
      line.provider.off('sync', onSync)
    }
    if (line.isConnected) void this.place()
  }

  get isPlaced(): boolean {
    return this.#isPlaced
  }

  /** The shared text as far as the editor shows it. */
  get shown(): Doc {
    return this.#shown
  }

  /** Calls `listener` whenever `shown` has become another; returns how to end that. */
  onShown(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The editor's text has become `text`: by its person, by a program, or from disk. It may be another again by now. */
  changed(fromDisk: boolean, text: string): void {
    if (this.#landing?.text === text) return this.#land(this.#landing)
    if (fromDisk) this.#clean = text
    if (this.#placing !== 'not') {
      if (fromDisk) this.#placing = 'again'
      return
    }
    if (!this.#isPlaced) return
    if (fromDisk) return void this.place()
    this.#typed(this.#editor.text())
  }

  /** To be awaited before the editor writes the file: nothing that others wrote to it is overwritten unseen. */
  async beforeSave(): Promise<void> {
    // Of a save before that failed, or of which the editor has not told yet, something may stand on disk.
    const earlier = this.#saving?.shown ?? []
    const shown = [...earlier, this.#announcement()].slice(-mostWhileSaving)
    const saving: Saving = { shown, told: new Set(), isWritten: false }
    this.#saving = saving
    if (!this.#isPlaced || !this.#line.isConnected) return
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(() => late.resolve(), mostBeforeSaveMs)
    const prepared = this.#prepare(saving)
    try {
      await Promise.race([prepared, late.promise])
    } finally {
      clearTimeout(timer)
      saving.isWritten = true
      prepared.catch(() => undefined)
    }
  }

  async #prepare(saving: Saving): Promise<void> {
    for (
      let sight = await this.#look(), before: string | null = null;
      sight !== null && sight.text !== before && !saving.isWritten;
      sight = await this.#look()
    ) {
      before = sight.text
      await this.#found(sight, { told: saving.told, isWritten: false })
      for (let tries = 0; tries < 40 && (this.#isPumping || textOf(this.#shown) !== textOf(this.#line.doc)); tries += 1)
        await pause(25)
      // Also where it is late: until it is told what was written, others would take it for somebody else's.
      if (this.#saving === saving) await this.#announce(saving)
    }
  }

  /** The editor has written the file; what was typed meanwhile is not in it. */
  saved(): Promise<void> {
    const telling = this.#tellSaved()
    this.#telling = telling.catch(() => undefined)
    return telling
  }

  async #tellSaved(): Promise<void> {
    const { shown, told } = this.#saving ?? { shown: [], told: new Set() }
    this.#saving = null
    const sight = await this.#look()
    const hash = sight === null ? null : hashOf(sight.text)
    const written = shown.findLast((each) => each.hash === hash)
    if (written !== undefined && sight !== null) this.#clean = sight.text
    else if (!this.#editor.isDirty()) this.#clean = this.#editor.text()
    if (!this.#isPlaced) return
    if (!this.#line.isConnected) {
      this.#savedAlone = written ?? this.#announcement()
      return
    }
    await this.#announceWritten({ shown, told, isWritten: true }, hash)
    if (sight !== null) await this.#found(sight, { told, isWritten: true })
  }

  /** The file has been written, by whomever. */
  diskChanged(): void {
    this.#delays.after(settleMs, async () => {
      if (!this.#isPlaced || this.#placing !== 'not') return
      const sight = await this.#look()
      if (sight === null) return
      // An editor that is not dirty reads it by itself, and is placed anew then.
      if (this.#editor.isDirty()) await this.#found(sight)
      await this.settleWith(sight.text)
    })
  }

  /** Somebody else has saved what stands here: then there is nothing to save here any more. */
  async settleWith(disk: string | null): Promise<void> {
    const text = disk ?? (await this.#editor.readDisk())
    if (text !== null && this.#editor.isDirty() && this.#editor.text() === text && this.#placing === 'not')
      await this.#editor.settle()
  }

  /** Resolves once team-state has stored what was typed here, however long it is away; at once where it has. */
  async flush(): Promise<void> {
    while (!this.#closed && !(this.#isShared() && (await this.#line.isStored()))) await pause(flushMs)
  }

  close(): void {
    this.#closed = true
    this.#delays.end()
    this.#unobserve()
  }

  /** Finds out where in the shared text the editor's text stands, by what the file holds. */
  async place(): Promise<void> {
    if (this.#placing !== 'not') {
      this.#placing = 'again'
      return
    }
    this.#placing = 'placing'
    const isFirst = !this.#isPlaced
    while (!this.#closed) {
      this.#placing = 'placing'
      const wasDirty = this.#editor.isDirty()
      const sight = await this.#look()
      // One that is not dirty is about to take up what is on disk.
      const isCurrent = sight !== null && (wasDirty || this.#editor.text() === sight.text || this.#editor.isDirty())
      const state = isCurrent ? await this.#found(sight).catch(() => null) : null
      if (state === null || sight === null) {
        // Without a connection the beginning waits for one; a file that is gone may come back.
        if (!this.#line.isConnected && isFirst) break
        await pause(400)
        continue
      }
      if (this.#placing !== 'placing') continue
      const [text, disk] = [this.#editor.text(), sight.text]
      if (text !== disk) {
        // Saved, or read again, in between.
        if (!this.#editor.isDirty()) continue
        // Unsaved letters from before this window was opened are in the shared text as well; others are its person's.
        const clean = this.#clean
        const [shared, wanted] =
          clean === null
            ? [encodeStateAsUpdate(this.#line.doc), textOf(this.#line.doc)]
            : [state, merged(clean, disk, text)]
        if (wanted !== text && !(await this.#editor.apply(changesBetween(text, wanted)))) continue
        this.#shown = fork(shared)
      } else this.#shown = fork(state)
      this.#isPlaced = true
      break
    }
    this.#placing = 'not'
    if (!this.#isPlaced || this.#closed) return
    // Typed since.
    if (this.#editor.text() !== textOf(this.#shown)) this.#typed(this.#editor.text())
    this.#tellShown()
    this.#autosave.touched()
    await this.#pump()
  }

  /** Whether the shared text has what was typed, as far as is known here. */
  #isShared(): boolean {
    return !this.#isPlaced || !this.#editor.isDirty() || this.#editor.text() === textOf(this.#shown)
  }

  #typed(text: string): void {
    const update = rewrite(this.#shown, text)
    if (update === null) return
    applyUpdate(this.#line.doc, update, this)
    this.#autosave.typed()
    this.#tellShown()
    this.#autosave.touched()
    void this.#pump()
  }

  /** What others wrote, into the editor. */
  async #pump(): Promise<void> {
    if (this.#isPumping || !this.#isPlaced || this.#placing !== 'not') return
    this.#isPumping = true
    try {
      while (!this.#closed && this.#placing === 'not') {
        const update = encodeStateAsUpdate(this.#line.doc, encodeStateVector(this.#shown))
        const [before, text] = [textOf(this.#shown), textOf(this.#line.doc)]
        if (before === text) {
          applyUpdate(this.#shown, update)
          return
        }
        if (this.#editor.text() !== before) {
          // It is not told yet where that came from.
          await pause(20)
          continue
        }
        const landing = { text, update, landed: false }
        this.#landing = landing
        const isTaken = await this.#editor.apply(changesBetween(before, text))
        this.#landing = null
        if (landing.landed) continue
        // Told of by no event.
        if (isTaken && this.#editor.text() === text) this.#land(landing)
        else await pause(20)
      }
    } finally {
      this.#isPumping = false
    }
  }

  #land(landing: { readonly update: Uint8Array; landed: boolean }): void {
    if (landing.landed) return
    landing.landed = true
    applyUpdate(this.#shown, landing.update)
    this.#tellShown()
  }

  #tellShown(): void {
    if (this.#saving !== null && this.#saving.shown.push(this.#announcement()) > mostWhileSaving)
      this.#saving.shown.shift()
    for (const listener of this.#listeners) listener()
  }

  async #look(): Promise<Sight | null> {
    const from = this.#knownHash
    const text = await this.#editor.readDisk()
    return text === null ? null : { text, from }
  }

  /**
   * Tells what was found on disk; the state in which team-state has placed it.
   * @throws where it cannot be told.
   */
  async #found(
    first: Sight,
    save: { readonly told: ReadonlySet<string>; readonly isWritten: boolean } | null = null,
  ): Promise<Uint8Array | null> {
    if (save === null) await this.#telling
    for (let tries = 0; tries < mostLooks; tries += 1) {
      const sight = tries === 0 ? first : await this.#look()
      if (sight === null) return null
      // The watcher may see what was saved here long before the editor says that it has saved.
      if (this.#saving !== null) await this.#announceWritten(this.#saving, hashOf(sight.text))
      const answer = await this.#line.ask({
        type: 'found',
        ...sight,
        save: save === null ? null : { announced: [...save.told].slice(-mostAnnounced), isWritten: save.isWritten },
      })
      if (answer.type === 'stale') {
        this.#knownHash = answer.hash
        continue
      }
      if (answer.type === 'saving') {
        await pause(tellingMs)
        continue
      }
      if (answer.type !== 'known') throw new Error(answer.type === 'refused' ? answer.message : 'no answer to that')
      this.#knownHash = answer.hash
      const state = Uint8Array.from(atob(answer.state), (letter) => letter.charCodeAt(0))
      applyUpdate(this.#line.doc, state, 'disk')
      return sight.text === first.text ? state : null
    }
    return null
  }

  /**
   * Announces what the editor has written, where the file holds what is of the hash. What came after the announcement before
   * the save was written as well, such as what formats on saving. Where a program has written upon it already it is one
   * of those shown: told of none, team-state would take what was saved for not saved yet.
   */
  async #announceWritten({ shown, told, isWritten }: Saving, hash: string | null): Promise<void> {
    const written = shown.findLast((each) => each.hash === hash)
    const candidates = isWritten ? shown.slice(-mostAnnounced) : []
    for (const each of written === undefined ? candidates : [written]) {
      if (told.has(each.hash)) continue
      await this.#line.ask(each)
      told.add(each.hash)
    }
  }

  async #announce({ told }: Saving): Promise<void> {
    const announcement = this.#announcement()
    await this.#line.ask(announcement)
    told.add(announcement.hash)
  }

  #announcement(): Announcement {
    return { type: 'announce', hash: hashOf(textOf(this.#shown)), state: base64(encodeStateAsUpdate(this.#shown)) }
  }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
