declare global {
  interface Window {
    /** What `public/boot.js` has asked, and the answer that is on its way. */
    arcxAhead?: { readonly url: string; readonly answer: Promise<Response> }
  }
}

/** Fetches, but for what has been asked already, whose answer is taken, once. */
export function fetchOrTake(url: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const begun = window.arcxAhead
  if (begun === undefined || begun.url !== url) return fetch(url, init)
  delete window.arcxAhead
  return begun.answer.catch(() => fetch(url, init))
}
