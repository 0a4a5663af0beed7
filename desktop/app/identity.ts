/** By which the system knows the app: what `electron-builder.yml` says, too. */
export const appId = 'dev.arcx.desktop'
/** The name of its entry among the system's programs, on Linux. */
export const desktopFile = 'arcx.desktop'
