import { execFile } from 'node:child_process'
import { mkdir, open, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of its own, so small that a test can fill it. Mounting takes root. */
export interface SmallDisk {
  readonly path: string
  /** Writes until nothing more fits. */
  fill(): Promise<void>
  /** Takes away what filled it. */
  free(): Promise<void>
  unmount(): Promise<void>
}

/** `label`: at most 16 characters, by which it is known in lists of devices. */
export async function mountSmallDisk(path: string, megabytes: number, label: string): Promise<SmallDisk> {
  const image = `${path}.image`
  const filling = join(path, 'filling')
  await mkdir(path, { recursive: true })
  await (await open(image, 'w', 0o600)).close()
  await truncate(image, megabytes * 2 ** 20)
  await run('mkfs.ext4', ['-q', '-F', '-m', '0', '-L', label.slice(-16), image])
  await run('mount', ['-o', 'loop', image, path])
  await rm(join(path, 'lost+found'), { recursive: true })
  return {
    path,
    async fill() {
      const file = await open(filling, 'a', 0o600)
      try {
        for (let size = 2 ** 20; size >= 512; size /= 2) await writeUntilFull(file, Buffer.alloc(size, 1))
      } finally {
        await file.close()
      }
    },
    free: () => rm(filling),
    async unmount() {
      await run('umount', ['--lazy', path])
      await rm(image, { force: true })
    },
  }
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, piece: Buffer): Promise<void> {
  for (;;) {
    try {
      await file.write(piece)
      await file.datasync()
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return
      throw error
    }
  }
}

/** Takes away whatever is mounted below a directory, the innermost first. */
export async function unmountWithin(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  for (const path of mounts.filter((each) => each.startsWith(`${directory}/`)).toReversed())
    await run('umount', ['--lazy', path]).catch(() => undefined)
}
