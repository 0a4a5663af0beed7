// Before the first paint, so that nobody sees the wrong colours flash by.
try {
  const chosen = localStorage.getItem('arcx-theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {}
