import { Toast } from '@base-ui/react/toast'
import { t } from '@lingui/core/macro'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { showToastsBy } from './toasts.ts'
import type { ToastContent } from './toasts.ts'

const shownMs = 8000
const manager = Toast.createToastManager()
function add({ title, words, isUrgent = false, action }: ToastContent): void {
  const id = manager.add({
    title,
    ...(words === undefined ? {} : { description: words }),
    ...(isUrgent ? { priority: 'high' as const } : {}),
    ...(action === undefined
      ? {}
      : {
          actionProps: {
            children: action.label,
            onClick: () => {
              manager.close(id)
              action.run()
            },
          },
        }),
    timeout: shownMs,
  })
}

/** The corner where it is said. */
export default function ToastHost() {
  // The provider listens by then.
  useEffect(() => showToastsBy(add), [])
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className="fixed bottom-4 right-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Toasts() {
  const { toasts: shown } = Toast.useToastManager()
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-xl border border-line bg-raised p-3.5 pr-10 shadow-pop relative data-[ending-style]:opacity-0 transition-opacity"
    >
      <Toast.Content>
        <Toast.Title className="text-sm font-semibold" />
        <Toast.Description className="text-sm text-ink-soft" />
        {toast.actionProps !== undefined && (
          <Toast.Action className="mt-1.5 text-sm font-medium text-accent underline-offset-4 hover:underline" />
        )}
      </Toast.Content>
      <Toast.Close className="absolute right-2 top-2 rounded-md p-1 text-ink-soft hover:text-ink" aria-label={t`Close`}>
        <X size={15} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ))
}
