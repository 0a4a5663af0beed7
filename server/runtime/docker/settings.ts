import { z } from 'zod'
import { isLocalHost } from './host.ts'

/** What workspaces on a Docker engine take from the environment. */
export const dockerSettings = {
  DOCKER_HOST: z
    .string()
    .refine(isLocalHost)
    .default('unix:///var/run/docker.sock')
    .describe('unix:// and the path of the engine’s socket; the engine must be on this machine'),
  WORKSPACE_IMAGE: z.string().min(1).describe('the name of an image that the engine has'),
  ARC_NETWORK: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,60}$/)
    .default('arc-net')
    .describe('the name of a Docker network'),
  ARC_ISOLATION: z.enum(['auto', 'networked', 'sealed']).default('auto').describe('auto, networked or sealed'),
} as const
