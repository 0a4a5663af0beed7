/** Where things are within every workspace's container. */
export const homeInside = '/home/arc'
export const socketsInside = '/run/arcx'
/** At which the IDE is to be had where an edge must dial it by TCP. */
export const idePort = 13337
