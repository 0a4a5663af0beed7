import { createContext, useContext } from 'react'
import type { RefObject } from 'react'

/** What scrolls a page: an element of the shell's, or, without one, the window. */
export const Scroller = createContext<RefObject<HTMLElement | null> | null>(null)
export const useScroller = (): RefObject<HTMLElement | null> | null => useContext(Scroller)
