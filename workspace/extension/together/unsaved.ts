interface Marked {
  readonly isDirty: boolean
}

/**
 * Whether the editor has something that its file has not. It tells that a document was saved as if that always left it
 * clean, also where it changed while it was being written; the document's tabs stay marked then.
 */
export const isUnsaved = (document: Marked, tabs: readonly Marked[]): boolean =>
  document.isDirty || tabs.some(({ isDirty }) => isDirty)
