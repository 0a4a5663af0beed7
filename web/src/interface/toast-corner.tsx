import { Suspense, lazy, useEffect, useState } from 'react'
import { bringLater } from './lazy-named.ts'
import { onFirstToast } from './toasts.ts'

/** Where what shows it does not come, it is not said; the page stays. */
const bring = () => import('./toast-host.tsx')
const ToastHost = lazy(() => bring().catch(() => ({ default: () => <></> })))
bringLater(bring)

/** Where things are said in passing; brought with the first of them. */
export function ToastCorner() {
  const [isAsked, setAsked] = useState(false)
  useEffect(() => onFirstToast(() => setAsked(true)), [])
  return isAsked ? (
    <Suspense>
      <ToastHost />
    </Suspense>
  ) : null
}
