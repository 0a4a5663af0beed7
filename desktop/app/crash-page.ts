import { pagePolicy } from './pages.ts'

/** Where it stands: not among the app's own pages, for nothing in it asks the main process. */
export const crashHost = 'crashed'

/** Shown where the app's page dies again and again: plain, without a script, so that what killed the other cannot kill it. */
export function crashPage(again: string): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>arcx</title>
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 15px/1.5 'Inter', ui-sans-serif, system-ui, sans-serif; background: light-dark(#f5f6f4, #0d1110); color: light-dark(#131817, #e9efec); }
  main { box-sizing: border-box; width: min(26rem, calc(100vw - 2rem)); padding: 1.75rem; border: 1px solid light-dark(#dfe3df, #26302d); border-radius: 1rem; background: light-dark(#fff, #141a18); }
  h1 { margin: 0 0 .5rem; font-size: 1.1rem; }
  p { margin: 0 0 1.25rem; color: light-dark(#55605c, #9aa8a3); }
  a { display: inline-block; padding: .5rem .9rem; border-radius: .5rem; background: light-dark(#08705c, #35d6ae); color: light-dark(#fff, #04231b); font-weight: 600; text-decoration: none; }
  a:focus-visible { outline: 2px solid light-dark(#08705c, #35d6ae); outline-offset: 2px; }
</style>
<main>
  <h1>This window has crashed several times</h1>
  <p>Your workspaces go on running on their server. Try again; if it happens again, quit arcx and start it anew, and see whether there is a newer version.</p>
  <a href="${again.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}" autofocus>Try again</a>
</main>
</html>
`
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  })
}
