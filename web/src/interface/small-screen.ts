import { useSyncExternalStore } from 'react'

/** As the `sm` of the styles has it. */
const query = matchMedia('(width < 40rem)')
const subscribe = (listener: () => void) => {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether the page is as narrow as a phone’s, so that what stands beside one another elsewhere goes into a menu. */
export const useIsSmallScreen = (): boolean => useSyncExternalStore(subscribe, () => query.matches)
