import { hkdfSync } from 'node:crypto'
import type { ContainerRef } from './port.ts'

export type SupervisorKeys = (container: ContainerRef) => Buffer

/** By what each container's supervisor and the orchestrator prove themselves to each other; derived, so that nothing is kept. */
export const supervisorKeys =
  (masterKey: Buffer): SupervisorKeys =>
  ({ workspaceId, incarnation }) =>
    Buffer.from(hkdfSync('sha256', masterKey, '', `arcx supervisor ${workspaceId} ${incarnation}`, 32))
