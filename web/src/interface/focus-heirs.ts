/** What may take the focus when what holds it goes: the lists and sections that it stands in, the innermost first. */
const owners = 'ul, ol, tbody, section, #content'

/** Where the focus goes if `element` is removed; none for what is not on the page itself, such as a menu. */
function heirsOf(element: Element): readonly HTMLElement[] {
  if (element.closest('#content') === null) return []
  const heirs: HTMLElement[] = []
  for (let each = element.parentElement; each !== null; each = each.parentElement)
    if (each.matches(owners)) heirs.push(each)
  return heirs
}

/** The first that is still there, ready to take the focus. */
function firstHeir(heirs: readonly HTMLElement[]): HTMLElement | null {
  const heir = heirs.find(({ isConnected }) => isConnected) ?? document.getElementById('content')
  if (heir !== null && !heir.hasAttribute('tabindex')) heir.tabIndex = -1
  return heir
}

interface Held {
  readonly element: HTMLElement
  readonly heirs: readonly HTMLElement[]
}

/** What of the page itself had the focus last, though it may be in a menu or a dialog now. */
let held: Held | null = null

/** Where the focus goes when a menu or a dialog over the page closes; `isGone`: what opened it is about to go. */
export function whereFocusReturns(isGone: boolean): HTMLElement | null {
  if (held?.element.isConnected === true && !isGone) return held.element
  return firstHeir(held?.heirs ?? [])
}

/**
 * Browsers drop the focus when what holds it is removed, and whoever works by keyboard begins again at the top of the page.
 * Here it goes to the list that it stood in, or to the page's content.
 */
export function keepFocusOnPage(page: Document): void {
  let isOnPage = false
  const check = () => {
    if (!isOnPage || held === null || held.element.isConnected || page.activeElement !== page.body) return
    firstHeir(held.heirs)?.focus({ preventScroll: true })
  }
  page.addEventListener('focusin', ({ target }) => {
    const heirs = target instanceof HTMLElement ? heirsOf(target) : []
    isOnPage = heirs.length > 0
    if (isOnPage && target instanceof HTMLElement) held = { element: target, heirs }
  })
  page.addEventListener('focusout', ({ target, relatedTarget }) => {
    if (relatedTarget !== null) return
    queueMicrotask(() => {
      check()
      // Somebody has clicked beside it.
      if (held?.element === target && held?.element.isConnected === true && page.activeElement === page.body)
        isOnPage = false
    })
  })
  new MutationObserver(check).observe(page.body, { childList: true, subtree: true })
}
