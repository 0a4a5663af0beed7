import { channel } from 'node:diagnostics_channel'
import { constants } from 'node:http2'
import type { Http2Stream } from 'node:http2'

/** Where Node tells of each stream of HTTP/2 that it makes. */
const created = ['http2.client.stream.created', 'http2.server.stream.created']

/**
 * Node's HTTP/2 writes empty DATA frames without end, until memory is used up, for a stream that is destroyed between
 * `close()` and the RST_STREAM that it sends: while `close(NO_ERROR)` waits for what is written to be finished, or when
 * somebody who listens for `aborted`, as `pipeline` does, destroys it in the midst of `close()`. undici does both with a
 * request that ends early. So a stream is closed with a code that is sent at once (CANCEL is what RFC 9113, section 7,
 * has for a stream that is no longer needed), and destroyed once that has been done.
 */
export function resetStreamsAtOnce(): () => void {
  const onCreated = (message: unknown) => guard((message as { readonly stream: Http2Stream }).stream)
  for (const name of created) channel(name).subscribe(onCreated)
  return () => {
    for (const name of created) channel(name).unsubscribe(onCreated)
  }
}

function guard(stream: Http2Stream): void {
  const close = stream.close.bind(stream)
  const destroy = stream.destroy.bind(stream)
  let isClosing = false
  let onClosed: (() => void) | null = null
  stream.close = (code, callback) => {
    if (isClosing || stream.closed) return
    isClosing = true
    try {
      close(code === undefined || code === constants.NGHTTP2_NO_ERROR ? codeOf(stream) : code, callback)
    } finally {
      isClosing = false
      onClosed?.()
    }
  }
  stream.destroy = (error) => {
    if (isClosing) onClosed ??= () => void destroy(error)
    else destroy(error)
    return stream
  }
}

const codeOf = ({ writableFinished }: Http2Stream) =>
  writableFinished ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL
