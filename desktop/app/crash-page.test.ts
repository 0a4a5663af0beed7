import { expect, test } from 'vitest'
import { crashPage } from './crash-page.ts'

test('the page for a page that dies again and again has no script, and leads back without letting markup in', async () => {
  const page = crashPage('arcx-app://app/workspaces/a?x="><script>alert(1)</script>&y')
  const html = await page.text()
  expect(html).not.toContain('<script')
  expect(html).toContain('href="arcx-app://app/workspaces/a?x=&quot;>&lt;script>alert(1)&lt;/script>&amp;y"')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
})
