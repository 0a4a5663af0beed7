export const menuPopupClass =
  'min-w-44 rounded-xl border border-line bg-raised p-1 shadow-pop text-sm outline-none origin-[var(--transform-origin)] transition-[opacity,transform] data-[starting-style]:opacity-0 data-[starting-style]:scale-95 data-[ending-style]:opacity-0'
export const menuItemClass =
  'flex items-center gap-2 rounded-lg px-2.5 py-2 cursor-default select-none outline-none data-[highlighted]:bg-sunken data-[disabled]:opacity-45'
