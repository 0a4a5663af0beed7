import { accountRouter } from './account/procedures.ts'
import { adminRouter } from './admin/procedures.ts'
import { announcementsRouter } from './announcements/procedures.ts'
import { auditRouter } from './audit/procedures.ts'
import { authRouter } from './auth/procedures.ts'
import { billingRouter } from './billing/procedures.ts'
import { collabRouter } from './collab/procedures.ts'
import { diskRouter } from './disk/procedures.ts'
import { egressRouter } from './egress/procedures.ts'
import { eventWebhooksRouter } from './event-webhooks/procedures.ts'
import { historyRouter } from './history/procedures.ts'
import { mailRouter } from './mail/procedures.ts'
import { presenceRouter } from './presence/procedures.ts'
import { programsRouter } from './programs/procedures.ts'
import { secretsRouter } from './secrets/procedures.ts'
import { teamsRouter } from './teams/procedures.ts'
import { tokensRouter } from './tokens/procedures.ts'
import { usageRouter } from './usage/procedures.ts'
import { router } from './trpc.ts'
import { workflowsRouter } from './workflows/procedures.ts'
import { workspacesRouter } from './workspaces/procedures.ts'

export const appRouter = router({
  account: accountRouter,
  admin: adminRouter,
  announcements: announcementsRouter,
  audit: auditRouter,
  auth: authRouter,
  billing: billingRouter,
  collab: collabRouter,
  disk: diskRouter,
  egress: egressRouter,
  eventWebhooks: eventWebhooksRouter,
  history: historyRouter,
  mail: mailRouter,
  presence: presenceRouter,
  programs: programsRouter,
  secrets: secretsRouter,
  teams: teamsRouter,
  tokens: tokensRouter,
  usage: usageRouter,
  workflows: workflowsRouter,
  workspaces: workspacesRouter,
})

export type AppRouter = typeof appRouter
