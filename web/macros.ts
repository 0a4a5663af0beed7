import { join } from 'node:path'
import { getConfig } from '@lingui/conf'
import { lingui } from '@lingui/vite-plugin'
import babel from '@rolldown/plugin-babel'

/**
 * Makes of `t`, `msg` and `<Trans>` what is looked up in the catalogs, and modules of these. By Babel: Lingui's own
 * quicker transform is a binary that npm leaves out where it runs on Node 20.
 */
export function texts() {
  const cwd = import.meta.dirname
  return [
    babel({
      presets: [
        {
          preset: {
            plugins: [
              [
                '@lingui/babel-plugin-lingui-macro',
                { linguiConfig: getConfig({ cwd, configPath: join(cwd, 'lingui.config.ts') }) },
              ],
            ],
          },
          rolldown: { filter: { code: /from '@lingui\/(core|react)\/macro'/ } },
        },
      ],
    }),
    lingui({ cwd, failOnCompileError: true }),
  ]
}
