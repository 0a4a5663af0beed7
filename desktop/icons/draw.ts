import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

/** Draws the app's icons from the mark: `node desktop/icons/draw.ts CHROMIUM`. What comes out is committed. */
const mark = await readFile(fileURLToPath(new URL('../../web/public/mark.svg', import.meta.url)), 'utf8')
// The system colours a template by itself, so it has shape alone.
const shape = mark.replace(/<rect[^>]*\/>/, '').replace(/stroke="#[0-9a-f]+"/g, 'stroke="#000"')
const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
for (const [name, svg, size] of [
  ['icon', mark, 1024],
  ['tray', mark, 32],
  ['trayTemplate', shape, 18],
  ['trayTemplate@2x', shape, 36],
] as const) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
  await writeFile(
    fileURLToPath(new URL(`${name}.png`, import.meta.url)),
    await page.screenshot({ omitBackground: true }),
  )
}
await browser.close()
