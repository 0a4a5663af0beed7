import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'

export const toasts = Toast.createToastManager()

/** What could not be done, where there is no better place to say it. */
export function tellRefusal(message: string) {
  toasts.add({ title: 'That did not work', description: message, priority: 'high', timeout: 8000 })
}

/** Something has been done that can be taken back, for a while. */
export function offerUndo(title: string, label: string, undo: () => Promise<void>) {
  const id = toasts.add({
    title,
    timeout: 8000,
    actionProps: {
      children: label,
      onClick: () => {
        toasts.close(id)
        undo().catch((error: unknown) => tellRefusal(error instanceof Error ? error.message : String(error)))
      },
    },
  })
}

export function ToastHost({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={toasts}>
      {children}
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
    <Toast.Root key={toast.id} toast={toast} className="rounded-xl border border-line bg-raised p-3.5 pr-10 shadow-pop relative data-[ending-style]:opacity-0 transition-opacity">
      <Toast.Content>
        <Toast.Title className="text-sm font-semibold" />
        <Toast.Description className="text-sm text-ink-soft" />
        {toast.actionProps !== undefined && <Toast.Action className="mt-1.5 text-sm font-medium text-accent underline-offset-4 hover:underline" />}
      </Toast.Content>
      <Toast.Close className="absolute right-2 top-2 rounded-md p-1 text-ink-soft hover:text-ink" aria-label="Close">
        <X size={15} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ))
}
