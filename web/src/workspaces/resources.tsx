import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useSubscription } from '@trpc/tanstack-react-query'
import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { StatsSample, Workspace } from '@arcx/router'
import { spokenBytes } from '../interface/bytes.ts'
import { trpc } from '../server/client.ts'
import { Chart } from './chart.tsx'

const kept = 300

function spokenRate(bytes: number): string {
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MB/s`
  return bytes >= 1000 ? `${Math.round(bytes / 2 ** 10)} KB/s` : `${bytes} B/s`
}

function spokenCores(cores: number): string {
  const count = cores >= 10 ? cores.toFixed(0) : cores.toFixed(cores === Math.round(cores) ? 0 : 2)
  return cores === 1 ? t`1 core` : t`${count} cores`
}

/** CPU, memory, traffic and ports, as the supervisor measures them. */
export function Resources({ workspace }: { workspace: Workspace }) {
  const [samples, setSamples] = useState<readonly StatsSample[]>([])
  useSubscription(
    trpc.workspaces.stats.subscriptionOptions(
      { workspaceId: workspace.id },
      { onData: ({ data }) => setSamples((known) => [...known.slice(-kept), data]) },
    ),
  )
  const last = samples.at(-1)
  const points = (value: (sample: StatsSample) => number) =>
    samples.map((sample) => ({ at: Date.parse(sample.at), value: value(sample) }))
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-3">
        <Chart
          title={t`CPU`}
          lines={[{ points: points((sample) => sample.cpuCores) }]}
          limit={last?.cpuLimitCores}
          spoken={spokenCores}
        />
        <Chart
          title={t`Memory`}
          lines={[{ points: points((sample) => sample.memoryBytes) }]}
          limit={last?.memoryLimitBytes}
          spoken={spokenBytes}
        />
        <Chart
          title={t`Traffic`}
          lines={[
            { mark: '↓', name: t`received`, points: points((sample) => sample.receivedBytesPerSecond) },
            { mark: '↑', name: t`sent`, points: points((sample) => sample.sentBytesPerSecond) },
          ]}
          spoken={spokenRate}
        />
      </div>
      <section aria-labelledby="ports" className="rounded-card border border-line bg-surface p-4">
        <h2 id="ports" className="text-sm text-ink-soft">
          <Trans>Ports</Trans>
        </h2>
        {last === undefined || last.ports.length === 0 ? (
          <p className="mt-1 text-sm">
            <Trans>Nothing listens yet. Start a web server in the terminal and it appears here.</Trans>
          </p>
        ) : (
          <ul className="mt-2 flex flex-wrap gap-2">
            {last.ports.map((port) => (
              <li key={port}>
                <a
                  className="inline-flex items-center gap-1.5 rounded-lg border border-line px-2.5 py-1 font-mono text-sm hover:border-line-strong"
                  href={`${workspace.url}/proxy/${port}/`}
                  target="_blank"
                  rel="noopener noreferrer"
                >
                  {port} <ExternalLink size={13} aria-hidden />
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  )
}
