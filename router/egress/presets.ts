/** Hosts that are permitted together, written `preset:NAME` in a policy. */
export const presets = {
  packages: [
    'registry.npmjs.org',
    '*.npmjs.org',
    'registry.yarnpkg.com',
    'pypi.org',
    'files.pythonhosted.org',
    'crates.io',
    '*.crates.io',
    'proxy.golang.org',
    'sum.golang.org',
    'rubygems.org',
    '*.rubygems.org',
    'repo.maven.apache.org',
    'repo1.maven.org',
    'deb.debian.org',
    'security.debian.org',
    'archive.ubuntu.com',
    'security.ubuntu.com',
  ],
  github: ['github.com', '*.github.com', '*.githubusercontent.com', 'ghcr.io'],
  ai: [
    'api.openai.com',
    'api.anthropic.com',
    'generativelanguage.googleapis.com',
    'api.mistral.ai',
    'openrouter.ai',
    'api.groq.com',
    'api.deepseek.com',
    'api.x.ai',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Preset = keyof typeof presets

/** Host patterns with presets written out. */
export function writtenOut(patterns: readonly string[]): readonly string[] {
  return patterns.flatMap((pattern) => {
    const name = pattern.startsWith('preset:') ? pattern.slice('preset:'.length) : null
    if (name === null) return [pattern]
    return Object.hasOwn(presets, name) ? presets[name as Preset] : []
  })
}
