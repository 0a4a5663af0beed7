import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { appId } from './identity.ts'

/** A program and its arguments as the `Exec` key has them (Desktop Entry Specification, "The Exec key"): each quoted, field codes escaped, and then escaped again as any string of such a file. @throws for control characters, which it has no way for. */
export function execLine(command: readonly string[]): string {
  return command
    .map((part) => {
      if (/[\u0000-\u001f\u007f]/.test(part))
        throw new Error('The app lies at a path with a control character; move it to start it with the system.')
      return `"${part.replaceAll('%', '%%').replace(/["`$\\]/g, '\\$&')}"`.replaceAll('\\', '\\\\')
    })
    .join(' ')
}

const entry = (command: readonly string[]) =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    'Name=arcx',
    'Comment=Workspaces on your own server',
    `Exec=${execLine(command)}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** Where entries lie that a session starts (Desktop Application Autostart Specification); the variable counts only where it is absolute. */
export function autostartDirectory(home: string, configHome: string | undefined): string {
  return join(configHome?.startsWith('/') === true ? configHome : join(home, '.config'), 'autostart')
}

/** What starts the app: an AppImage stands elsewhere than the program that it unpacks. Its variables are inherited, so they may be those of a terminal's AppImage: they count where the program lies in what it unpacked. */
export function startCommand(run: {
  readonly appImage: string | undefined
  readonly unpacked: string | undefined
  readonly program: string
  readonly isPackaged: boolean
  readonly appPath: string
}): readonly string[] {
  if (
    run.appImage !== undefined &&
    run.appImage !== '' &&
    run.unpacked !== undefined &&
    run.unpacked !== '' &&
    run.program.startsWith(`${run.unpacked}/`)
  )
    return [run.appImage]
  return run.isPackaged ? [run.program] : [run.program, run.appPath]
}

/** Starts the app with the session, or no longer, on Linux, where Electron has nothing for it. */
export async function setAutostart(directory: string, command: readonly string[], isOn: boolean): Promise<void> {
  const path = join(directory, `${appId}.desktop`)
  if (!isOn) return rm(path, { force: true })
  const text = entry(command)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeFileAtomic(path, text, { mode: 0o644 })
}
