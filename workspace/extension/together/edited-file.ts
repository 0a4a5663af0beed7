import type { TextChange } from '@arcx/collab/text/changes'

/** An editor of one file. Texts have `\n` between their lines, whatever the file has. */
export interface EditedFile {
  text(): string
  /** Whether its text is another than the file's, as far as the editor knows. */
  isDirty(): boolean
  /** False where its text has become another meanwhile; nothing is changed then. */
  apply(changes: readonly TextChange[]): Promise<boolean>
  save(): Promise<boolean>
  /** Null where there is none, or none that is text. */
  readDisk(): Promise<string | null>
  /** Takes up the file's text, which is its own already, so that it is not dirty any more. */
  settle(): Promise<void>
  /** Whether it is to be saved by itself. */
  savesItself(): boolean
}
