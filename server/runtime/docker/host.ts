const scheme = 'unix://'

/** Whether a value for `DOCKER_HOST` names an engine on this machine, where homes and sockets are: `unix:///PATH`. */
export const isLocalHost = (dockerHost: string): boolean => dockerHost.startsWith(`${scheme}/`)

/** The path of the engine's socket. @throws where it is not on this machine. */
export function socketPathOf(dockerHost: string): string {
  if (!isLocalHost(dockerHost)) throw new Error(`DOCKER_HOST is ${dockerHost}; it takes unix:// and a path.`)
  return dockerHost.slice(scheme.length)
}
