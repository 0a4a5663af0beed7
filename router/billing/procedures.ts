import { personProcedure, router } from '../trpc.ts'
import { BillingOwnerInput, PaidPlan } from './port.ts'

export const billingRouter = router({
  get: personProcedure
    .input(BillingOwnerInput.prefault({}))
    .query(({ ctx, input }) => ctx.billing.view(ctx.actor, input)),
  invoices: personProcedure
    .input(BillingOwnerInput.prefault({}))
    .query(({ ctx, input }) => ctx.billing.invoices(ctx.actor, input)),
  checkout: personProcedure
    .input(BillingOwnerInput.extend({ plan: PaidPlan }))
    .mutation(({ ctx, input: { plan, ...owner } }) => ctx.billing.checkout(ctx.actor, owner, plan)),
  portal: personProcedure
    .input(BillingOwnerInput.prefault({}))
    .mutation(({ ctx, input }) => ctx.billing.portal(ctx.actor, input)),
  refresh: personProcedure
    .input(BillingOwnerInput.prefault({}))
    .mutation(({ ctx, input }) => ctx.billing.refresh(ctx.actor, input)),
})
