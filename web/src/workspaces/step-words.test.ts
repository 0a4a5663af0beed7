import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkspaceFacts } from '@arcx/router'
import { speakEnglish } from '../texts/language.ts'
import { StateText } from './state.tsx'

beforeAll(() => {
  i18n.load('de', {
    [msg`Starting`.id]: 'Startet',
    [msg`Stopping`.id]: 'Hält an',
    [msg`Preparing the home directory`.id]: 'Heimverzeichnis wird vorbereitet',
  })
  i18n.activate('de')
})
afterAll(speakEnglish)

const shown = (facts: Pick<WorkspaceFacts, 'state' | 'step' | 'reason'>) =>
  renderToStaticMarkup(createElement(StateText, { workspace: facts as WorkspaceFacts })).replace(/<[^>]*>/g, '')

test('what is being done with a workspace is told in the language of the interface', () => {
  expect(shown({ state: 'starting', step: 'Preparing the home directory', reason: null })).toBe(
    'Startet · Heimverzeichnis wird vorbereitet',
  )
})

test('a step that says no more than the state is not told twice, in any language', () => {
  expect(shown({ state: 'stopping', step: 'Stopping', reason: null })).toBe('Hält an')
})

test('what the server says in a sentence of its own is shown as it comes', () => {
  const step = 'The engine did not answer. Trying again'
  expect(shown({ state: 'starting', step, reason: null })).toBe(`Startet · ${step}`)
})
