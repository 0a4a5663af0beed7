import { Link } from '@tanstack/react-router'
import { buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'

export function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center px-4 text-center">
      <div className="flex flex-col items-center gap-4">
        <Mark size={44} />
        <h1 className="text-xl font-semibold">There is nothing here</h1>
        <Link to="/dashboard" className={buttonClass('primary')}>
          To your workspaces
        </Link>
      </div>
    </main>
  )
}
