import { Copy } from 'lucide-react'
import { useState } from 'react'
import { Mark } from '../interface/mark.tsx'
import { ThemeToggle } from '../interface/theme-toggle.tsx'

const command = 'npm run sign-in'

export function SignIn() {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(command)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <main className="relative grid min-h-dvh place-items-center px-4">
      <div className="absolute right-4 top-4">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-md">
        <Mark size={52} />
        <h1 className="mt-5 text-3xl font-semibold tracking-tight">Workspaces that keep to themselves</h1>
        <p className="mt-3 text-ink-soft">Real VS Code and a terminal in a container of your own: ready in about a second, closed to everything you did not open.</p>
        <div className="mt-8 rounded-card border border-line bg-surface p-5">
          <h2 className="font-semibold">Sign in</h2>
          <p className="mt-1 text-sm text-ink-soft">arcx printed a link when it started. It works once; for another, run this where arcx runs:</p>
          <div className="mt-3 flex items-center justify-between gap-2 rounded-lg border border-line bg-sunken py-1.5 pl-3 pr-1.5 font-mono text-sm">
            {command}
            <button type="button" onClick={() => void copy()} className="flex items-center gap-1.5 rounded-md px-2 py-1 font-sans text-ink-soft hover:bg-raised hover:text-ink">
              <Copy size={14} aria-hidden /> <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
            </button>
          </div>
        </div>
      </div>
    </main>
  )
}
