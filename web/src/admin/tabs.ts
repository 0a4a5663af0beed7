/** The parts of the administration, by their names in the address. */
export const adminTabs = { overview: 'Overview', people: 'People', workspaces: 'Workspaces', invitations: 'Invitations', announcements: 'Announcements', audit: 'Audit log' } as const
export type AdminTab = keyof typeof adminTabs
export const isAdminTab = (value: unknown): value is AdminTab => typeof value === 'string' && Object.hasOwn(adminTabs, value)
