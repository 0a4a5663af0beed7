import { Switch } from '@base-ui/react/switch'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import type { UpdateState } from '@arcx/desktop-contract/contract'
import type { Program } from '../host/port.ts'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'

/** What one may choose about the app on this computer. */
export function ProgramSettings({ program }: { program: Program }) {
  const preferences = useSyncExternalStore(program.preferences.subscribe, program.preferences.get)
  const update = useSyncExternalStore(program.update.subscribe, program.update.get)
  const isTaken = useSyncExternalStore(program.isShortcutTaken.subscribe, program.isShortcutTaken.get)
  const [keys, setKeys] = useState(preferences.switcherShortcut)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [loginRefusal, setLoginRefusal] = useState<string | null>(null)
  const problem =
    refusal ?? (isTaken ? t`Another program has these keys, so they do nothing here. Choose others.` : null)
  return (
    <section aria-labelledby="program" className="mt-8">
      <h2 id="program" className="mb-2 text-sm text-ink-soft">
        <Trans>This app</Trans>
      </h2>
      <div className="divide-y divide-line rounded-card border border-line bg-surface">
        <Choice
          label={t`Notifications`}
          hint={t`When a workspace is ready, fails or stops by itself, and when you are invited.`}
          isOn={preferences.notifications}
          onChange={(notifications) => void program.prefer({ notifications })}
        />
        <Choice
          label={t`Start with the system`}
          hint={t`It waits in the tray.`}
          isOn={preferences.openAtLogin}
          problem={loginRefusal}
          onChange={(openAtLogin) =>
            void program.prefer({ openAtLogin }).then(
              () => setLoginRefusal(null),
              (error: unknown) => setLoginRefusal(sentence(error)),
            )
          }
        />
        <form
          className="flex flex-wrap items-center gap-3 px-4 py-3"
          onSubmit={(event) => {
            event.preventDefault()
            program.prefer({ switcherShortcut: keys.trim() }).then(
              () => setRefusal(null),
              (error: unknown) => setRefusal(sentence(error)),
            )
          }}
        >
          <label className="flex min-w-0 flex-1 basis-60 flex-wrap items-center gap-x-3 gap-y-1">
            <span className="flex-1 basis-44">
              <span className="block font-medium">
                <Trans>Shortcut of the switcher</Trans>
              </span>
              <span className="text-sm text-ink-soft">
                <Trans>From anywhere. Empty for none.</Trans>
              </span>
            </span>
            <input
              className={`${inputClass} !h-9 max-w-64 font-mono text-sm`}
              value={keys}
              onChange={(event) => setKeys(event.target.value)}
              aria-invalid={problem !== null}
              aria-describedby={problem === null ? undefined : 'shortcut-refused'}
            />
          </label>
          <Button type="submit" disabled={keys.trim() === preferences.switcherShortcut}>
            <Trans>Set</Trans>
          </Button>
          {problem !== null && (
            <p id="shortcut-refused" role="alert" className="w-full text-sm text-bad">
              {problem}
            </p>
          )}
        </form>
        <div className="flex flex-wrap items-center gap-3 px-4 py-3">
          <div className="flex-1 basis-44">
            <div className="font-medium">
              <Trans>Version {program.version}</Trans>
            </div>
            <div className="text-sm text-ink-soft" aria-live="polite">
              {aboutUpdate(update)}
            </div>
          </div>
          {update.kind === 'ready' && (
            <Button tone="primary" onClick={() => program.restartToUpdate()}>
              <Trans>Restart to update</Trans>
            </Button>
          )}
        </div>
      </div>
    </section>
  )
}

/** What the main process said, without Electron's words around it. */
const sentence = (error: unknown): string =>
  error instanceof Error
    ? error.message.replace(/^Error invoking remote method '[^']*': (?:\w*Error: )?/, '')
    : String(error)

function Choice({
  label,
  hint,
  isOn,
  problem = null,
  onChange,
}: {
  label: string
  hint: ReactNode
  isOn: boolean
  problem?: string | null
  onChange: (isOn: boolean) => void
}) {
  return (
    <label className="flex items-center gap-3 px-4 py-3">
      <span className="flex-1">
        <span className="block font-medium">{label}</span>
        <span className="text-sm text-ink-soft">{hint}</span>
        {problem !== null && (
          <span role="alert" className="block text-sm text-bad">
            {problem}
          </span>
        )}
      </span>
      <Switch.Root
        checked={isOn}
        onCheckedChange={onChange}
        aria-label={label}
        className="relative h-6 w-10 shrink-0 rounded-full border border-line-strong bg-sunken transition-colors data-checked:border-accent data-checked:bg-accent"
      >
        <Switch.Thumb className="block size-4 translate-x-1 rounded-full bg-ink-soft transition-transform data-checked:translate-x-5 data-checked:bg-on-accent" />
      </Switch.Root>
    </label>
  )
}

function aboutUpdate(update: UpdateState): string {
  switch (update.kind) {
    case 'none':
      return t`It does not look for updates.`
    case 'checking':
      return t`Looking for updates…`
    case 'current':
      return t`Up to date.`
    case 'downloading':
      return t`Bringing ${update.version}: ${update.percent} %`
    case 'ready':
      return t`${update.version} is here. It is put in place when arcx restarts.`
    case 'failed':
      return t`Updates could not be looked for: ${update.message}`
  }
}
