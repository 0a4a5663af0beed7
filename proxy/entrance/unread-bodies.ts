import { constants } from 'node:http2'
import type { Http2ServerRequest } from 'node:http2'

/** How long the rest of a body is thrown away for a client that has been answered: most are over by then. */
const lingerMs = 2000

/**
 * Ends the stream of a request that has been answered whole while nobody reads the rest of its body (RFC 9113, section
 * 8.1). Node would wait for its end, which what nobody reads never reaches: a request that is destroyed leaves its stream
 * paused, so the stream, and all that listens to it, would stay for as long as the connection. The rest is read for a
 * moment first: Node's own client, for one, waits for ever where it is reset with something still to send.
 */
export function endUnread(request: Http2ServerRequest): void {
  const { stream } = request
  let isLingering = false
  const end = () => {
    if (isLingering || !stream.writableFinished || !request.destroyed || stream.destroyed) return
    isLingering = true
    const timer = setTimeout(() => {
      stream.close(constants.NGHTTP2_NO_ERROR)
      stream.destroy()
    }, lingerMs)
    stream.once('close', () => clearTimeout(timer))
    stream.removeAllListeners('data')
    stream.resume()
  }
  stream.once('finish', end)
  request.once('close', end)
}
