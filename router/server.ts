/** What a server needs to serve the contract, apart from what clients see. */
export { appRouter } from './root.ts'
export { createCallerFactory, withTrpcCode } from './trpc.ts'
export { Passing } from './resume.ts'
