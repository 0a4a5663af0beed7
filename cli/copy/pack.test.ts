import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { pack } from './pack.ts'
import { Skipped } from './skipped.ts'

test('where nobody takes the archive any more, no file is blamed for it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'arcx-pack-'))
  try {
    const path = join(directory, 'f')
    writeFileSync(path, Buffer.alloc(4_000_000))
    const said: string[] = []
    const archive = Readable.from(
      pack(Buffer.from(path), Buffer.from('copied'), new Skipped((text) => said.push(text))),
      { objectMode: false },
    )
    await once(archive, 'readable')
    const closed = once(archive, 'close').catch(() => undefined)
    archive.on('error', () => undefined)
    archive.destroy(new DOMException('The operation was aborted', 'AbortError'))
    await closed
    expect(said).toEqual([])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
