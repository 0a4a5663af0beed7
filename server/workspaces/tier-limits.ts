/** So many workspaces each plan holds. */
export const tierLimits = { free: 1, pro: 5, team: 20 } as const
