import { useVirtualizer, useWindowVirtualizer } from '@tanstack/react-virtual'
import type { Virtualizer } from '@tanstack/react-virtual'
import { useCallback, useState } from 'react'
import type { RefObject } from 'react'
import type { Workspace } from '@arcx/router'
import { useScroller } from '../interface/scroller.ts'
import { listFrameClass } from './list-frame.ts'
import { WorkspaceRow } from './row.tsx'

const rowHeight = 69

/** Of very many, those that can be seen. */
export default function LongList({ workspaces }: { workspaces: readonly Workspace[] }) {
  const scroller = useScroller()
  return scroller === null ? (
    <OfWindow workspaces={workspaces} />
  ) : (
    <OfElement workspaces={workspaces} scroller={scroller} />
  )
}

function OfWindow({ workspaces }: { workspaces: readonly Workspace[] }) {
  const [top, measureTop] = useTop(null)
  // oxlint-disable-next-line react/incompatible-library -- its functions are called in this render alone
  const virtualizer = useWindowVirtualizer({
    count: workspaces.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => workspaces[index]?.id ?? index,
  })
  return <Rows measureTop={measureTop} top={top} virtualizer={virtualizer} workspaces={workspaces} />
}

function OfElement({
  workspaces,
  scroller,
}: {
  workspaces: readonly Workspace[]
  scroller: RefObject<HTMLElement | null>
}) {
  const [top, measureTop] = useTop(scroller)
  // oxlint-disable-next-line react/incompatible-library -- its functions are called in this render alone
  const virtualizer = useVirtualizer({
    count: workspaces.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => workspaces[index]?.id ?? index,
  })
  return <Rows measureTop={measureTop} top={top} virtualizer={virtualizer} workspaces={workspaces} />
}

/** How far the list begins below what scrolls it, once it is there. */
function useTop(scroller: RefObject<HTMLElement | null> | null): readonly [number, (list: HTMLElement | null) => void] {
  const [top, setTop] = useState(0)
  const measure = useCallback(
    (list: HTMLElement | null) => {
      if (list === null) return
      const at = list.getBoundingClientRect().top
      const within = scroller?.current ?? null
      setTop(within === null ? at + scrollY : at + within.scrollTop - within.getBoundingClientRect().top)
    },
    [scroller],
  )
  return [top, measure]
}

function Rows<S extends Element | Window>({
  measureTop,
  top,
  virtualizer,
  workspaces,
}: {
  measureTop: (list: HTMLElement | null) => void
  top: number
  virtualizer: Virtualizer<S, Element>
  workspaces: readonly Workspace[]
}) {
  return (
    <ul ref={measureTop} className={`relative ${listFrameClass}`} style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, key, start }) => {
        const workspace = workspaces[index]
        return workspace === undefined ? null : (
          <WorkspaceRow
            key={key}
            workspace={workspace}
            among={{ index, of: workspaces.length, measure: virtualizer.measureElement, y: start - top }}
          />
        )
      })}
    </ul>
  )
}
