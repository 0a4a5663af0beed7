import { expect, test } from 'vitest'
import { chosenLanguage } from './language.ts'

test('the first language that somebody wants and that is there is spoken, a country’s own before the language at large; else English', () => {
  expect(chosenLanguage(['de-AT', 'en'], ['de', 'fr'])).toBe('de')
  expect(chosenLanguage(['pt-BR', 'pt'], ['pt', 'pt-BR'])).toBe('pt-BR')
  expect(chosenLanguage(['en-GB', 'de'], ['de'])).toBe('en')
  expect(chosenLanguage(['xx'], ['de'])).toBe('en')
  expect(chosenLanguage([], [])).toBe('en')
})
