import type { ServerResponse } from 'node:http'
import type { ArcError } from '@arcx/router'
import { messagePage, pageHeaders } from '../browser/page.ts'
import { ownAnswer } from './answers.ts'

const plainHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

/** Where a page of the gateway's leads on. */
export interface PageAction {
  readonly label: string
  readonly href: string
}

/** The same address once more, where none is given. */
export const tryAgain = (href = ''): PageAction => ({ label: 'Try again', href })

/** What the gateway says itself to a person at a workspace's host. */
export function replyPage(
  response: ServerResponse,
  status: number,
  title: string,
  message: string,
  action: PageAction,
  headers: Readonly<Record<string, string>> = {},
): void {
  ownAnswer(response, status, { ...pageHeaders, ...headers }, messagePage(title, message, action))
}

/** The same to a program. */
export function replyPlain(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  ownAnswer(response, status, { ...plainHeaders, ...headers }, message)
}

export function replyElsewhere(response: ServerResponse, location: string, cookie: string | null = null): void {
  response.writeHead(302, {
    location,
    'cache-control': 'no-store',
    ...(cookie === null ? {} : { 'referrer-policy': 'no-referrer', 'set-cookie': cookie }),
  })
  response.end()
}

export function replyUnavailable(response: ServerResponse, error: ArcError, isNavigation: boolean): void {
  const wait = { 'retry-after': retryAfterOf(error) }
  if (isNavigation) replyPage(response, 503, 'Not at the moment', error.message, tryAgain(), wait)
  else replyPlain(response, 503, error.message, wait)
}

export const retryAfterOf = (error: ArcError): string => String(error.details['retryAfterSeconds'] ?? 5)
