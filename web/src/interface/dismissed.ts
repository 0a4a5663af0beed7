const key = 'arcx-dismissed-announcements'
/** Those from long ago have ended. */
const most = 50

type Kept = Pick<Storage, 'getItem' | 'setItem'>

/** The announcements that somebody has put away in this browser. */
export function readDismissed(storage: Kept): readonly string[] {
  try {
    const ids: unknown = JSON.parse(storage.getItem(key) ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

export function withDismissed(storage: Kept, id: string): readonly string[] {
  const ids = [...readDismissed(storage).filter((each) => each !== id), id].slice(-most)
  try {
    storage.setItem(key, JSON.stringify(ids))
  } catch {
    // Where nothing can be kept, it is put away until the page is loaded again.
  }
  return ids
}
