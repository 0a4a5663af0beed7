import { constants } from 'node:http2'
import type { Http2ServerRequest } from 'node:http2'

/**
 * Ends the stream of a request that has been answered whole while nobody reads the rest of its body (RFC 9113, section
 * 8.1). Node would wait for its end, which what nobody reads never reaches: a request that is destroyed leaves its stream
 * paused, so the stream, and all that listens to it, would stay for as long as the connection.
 */
export function endUnread(request: Http2ServerRequest): void {
  const { stream } = request
  const end = () => {
    if (!stream.writableFinished || !request.destroyed || stream.destroyed) return
    // As Node does: the frame that ends the answer is written first.
    setImmediate(() => {
      stream.close(constants.NGHTTP2_NO_ERROR)
      stream.destroy()
    })
  }
  stream.once('finish', end)
  request.once('close', end)
}
