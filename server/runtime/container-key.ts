import type { ContainerRef } from './port.ts'

/** Tells containers apart, of whatever workspace. */
export const containerKey = ({ workspaceId, incarnation }: ContainerRef): string => `${workspaceId}-${incarnation}`
