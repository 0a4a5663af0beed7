export const listFrameClass = 'overflow-hidden rounded-card border border-line bg-surface'
