/** Text that stands for itself in `contains`, `startsWith` and `endsWith`: they are LIKE, and Prisma escapes nothing of it. */
export const likeLiteral = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)
