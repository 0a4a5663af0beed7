import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

const Patch = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative(), z.string()])
const History = z.object({
  startContent: z.string(),
  endContent: z.string(),
  txns: z.array(z.object({ patches: z.array(Patch) })),
})

/** How a text came to be, edit by edit. A patch is where, how much is taken away and what is put there, in letters (code points) of the text as it is then. */
export interface EditingHistory {
  readonly name: string
  readonly startContent: string
  readonly endContent: string
  readonly patches: readonly (readonly [at: number, remove: number, insert: string])[]
}

const own = fileURLToPath(new URL('histories', import.meta.url))

/** Those of this project's own files, and of `ARCX_HISTORIES`: a folder of sequential traces (`.json.gz`) in the format that research on shared editing uses. */
export function editingHistories(): readonly EditingHistory[] {
  const folders = [own, ...(process.env['ARCX_HISTORIES'] === undefined ? [] : [process.env['ARCX_HISTORIES']])]
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json.gz'))
      .toSorted()
      .map((name) => {
        const { startContent, endContent, txns } = History.parse(
          JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString()),
        )
        return {
          name: name.slice(0, -'.json.gz'.length),
          startContent,
          endContent,
          patches: txns.flatMap(({ patches }) => patches),
        }
      }),
  )
}
