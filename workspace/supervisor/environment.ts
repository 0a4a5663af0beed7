import { writeFileSync } from 'node:fs'

/** For programs that are run from outside, and login shells; what the IDE starts inherits it. */
const environmentFile = '/run/arcx-environment'

/** What every program in a workspace finds in its environment, however it is started. */
export function personEnvironment(home: string, workspaceName: string): Record<string, string> {
  return {
    HOME: home,
    ARCX_WORKSPACE: workspaceName,
    USER: 'arc',
    LOGNAME: 'arc',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    EDITOR: 'nano',
    PATH: `${home}/.local/bin:/usr/local/bin:/usr/bin:/bin`,
    npm_config_prefix: `${home}/.local`,
  }
}

/** As lines for a shell. */
export const inShell = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('')

export const keepEnvironment = (variables: Readonly<Record<string, string>>): void =>
  writeFileSync(environmentFile, inShell(variables), { mode: 0o644 })
