import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { destination, openAt } from './destination.ts'

const home = 'http://my-project.localhost:3000'

describe('Gitpod CLC-1592, Coder CVE-2026-111927: a loose way back leads only to the workspace itself', () => {
  test.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '\\\\evil.example',
    'http://my-project.localhost:3000.evil.example/',
  ])('%j', (to) => {
    expect(destination(to, home).href).toBe(`${home}/`)
  })

  test('no text leads elsewhere', () => {
    fc.assert(fc.property(fc.string(), (text) => destination(`/${text}`, home).origin === home))
  })
})

test('a path of the workspace is kept with its query', () => {
  expect(destination('/?folder=/home/arc/project', home).href).toBe(`${home}/?folder=/home/arc/project`)
})

test('a file opens in its project, or by its whole path, at its line', () => {
  const payloadOf = (href: string): unknown => JSON.parse(new URL(href).searchParams.get('payload') ?? '')
  const remote = 'vscode-remote://my-project.localhost:3000'
  expect(payloadOf(openAt({ url: home }, 'src/a.ts', 7))).toEqual([
    ['openFile', `${remote}/home/arc/project/src/a.ts:7:1`],
    ['gotoLineMode', 'true'],
  ])
  expect(payloadOf(openAt({ url: home }, '/etc/hosts', null))).toEqual([
    ['openFile', `${remote}/etc/hosts`],
    ['gotoLineMode', 'false'],
  ])
})
