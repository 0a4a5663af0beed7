import { expect, test } from 'vitest'
import { noRules } from '@arcx/router'
import { denialOf } from './policy.ts'
import { Prepared } from '../tenants/prepared.ts'
import { Tenant } from '../tenants/tenants.ts'

test('a denial counts before a permission, and is named by its pattern', () => {
  const rules = { fallback: 'open', allow: ['a.test'], deny: ['*.b.test', 'a.test'] } as const
  expect(denialOf(rules, 'a.test')).toEqual({ kind: 'denied', pattern: 'a.test' })
  expect(denialOf(rules, 'x.b.test')).toEqual({ kind: 'denied', pattern: '*.b.test' })
  expect(denialOf(rules, 'c.test')).toBeNull()
})

test('where only what is listed is allowed, what is not listed is refused for that', () => {
  const rules = { fallback: 'closed', allow: ['a.test'], deny: [] } as const
  expect(denialOf(rules, 'a.test')).toBeNull()
  expect(denialOf(rules, 'b.test')).toEqual({ kind: 'not_allowed' })
})

test('all rules of a workspace count, and a preset is named as a preset', () => {
  const tenant = new Tenant(
    null,
    [],
    [
      { ...noRules, deny: ['preset:github'] },
      { ...noRules, fallback: 'closed', allow: ['preset:github', 'a.test'] },
    ],
    new Prepared(0),
  )
  expect(tenant.denialOf('github.com')).toEqual({ kind: 'denied', pattern: 'preset:github' })
  expect(tenant.denialOf('a.test')).toBeNull()
  expect(tenant.denialOf('b.test')).toEqual({ kind: 'not_allowed' })
})
