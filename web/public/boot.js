// Before the first paint, so that nobody sees the wrong colours flash by.
try {
  const chosen = localStorage.getItem('arcx-theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {}

// What the page that most come to asks first is asked while its program is still on its way (`src/host/ahead.ts` takes it).
if (location.protocol.startsWith('http') && location.pathname === '/dashboard') {
  const url = '/trpc/auth.me,workspaces.list,teams.list?batch=1&input=%7B%7D'
  const answer = fetch(url)
  answer.catch(() => undefined)
  window.arcxAhead = { url, answer }
}

// A part of the page that did not come (the network has changed under it, or a newer version has taken its place) leaves
// a page that cannot be used: then the whole of it is asked for again, three times a minute at most. Of one that is shown,
// only what is wanted now counts (`src/pages/broken.tsx`), and not what was brought ahead: somebody may be typing.
{
  const key = 'arcx-loads'
  const again = () => {
    const now = Date.now()
    const times = JSON.parse(sessionStorage.getItem(key) ?? '[]').filter((at) => now - at < 60_000)
    if (times.length >= 3) return
    sessionStorage.setItem(key, JSON.stringify([...times, now]))
    setTimeout(() => location.reload(), times.length * 500)
  }
  const isPart = (target) =>
    target instanceof HTMLScriptElement ||
    (target instanceof HTMLLinkElement && ['stylesheet', 'modulepreload'].includes(target.rel))
  const isShown = () => (document.getElementById('root')?.childElementCount ?? 0) > 0
  addEventListener('error', ({ target }) => isPart(target) && !isShown() && again(), true)
  window.arcxAgain = again
}
