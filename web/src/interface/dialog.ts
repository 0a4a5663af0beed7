export const backdropClass =
  'fixed inset-0 z-40 bg-black/45 transition-opacity data-[starting-style]:opacity-0 data-[ending-style]:opacity-0'
/** Gone at once when it closes, as is what was in it. */
export const dialogClass =
  'fixed left-1/2 top-[min(12vh,6rem)] z-50 max-h-[calc(100dvh-min(12vh,6rem)-1rem)] overflow-y-auto w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 rounded-2xl border border-line bg-raised p-5 shadow-pop outline-none transition-[opacity,scale] data-[starting-style]:opacity-0 data-[starting-style]:scale-[0.98] data-[ending-style]:invisible'
export const inputClass =
  'h-10 w-full rounded-lg border border-line-strong bg-surface px-3 outline-none focus:border-accent focus:ring-2 focus:ring-accent/30 data-[invalid]:border-bad aria-invalid:border-bad disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-ink-soft'
