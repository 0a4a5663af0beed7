/** By which the system knows the app: what `electron-builder.yml` says, too. */
export const appId = 'dev.arcx.desktop'
