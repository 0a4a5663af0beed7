import { queryClient, trpc } from '../server/client.ts'

export const endpointsChanged = () => queryClient.invalidateQueries({ queryKey: trpc.eventWebhooks.list.pathKey() })
export const deliveriesChanged = () =>
  queryClient.invalidateQueries({ queryKey: trpc.eventWebhooks.deliveries.pathKey() })
