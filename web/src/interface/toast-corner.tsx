import { Suspense, lazy, useEffect, useState } from 'react'
import { onFirstToast } from './toasts.ts'

const ToastHost = lazy(() => import('./toast-host.tsx'))

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
