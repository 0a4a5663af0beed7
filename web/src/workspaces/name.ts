/** Whether an address can begin with it, before the server is asked. */
export const canBeName = (name: string): boolean =>
  /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !/^..--/.test(name)
