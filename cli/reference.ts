import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { exitCodeWords, exitCodes } from './failure.ts'
import { commandsOf, createProgram, globalOptions } from './program.ts'

export const referenceFile = fileURLToPath(new URL('../docs/cli.md', import.meta.url))

/** `docs/cli.md`, from the commands themselves. */
export function renderReference(): string {
  const program = createProgram({}) as unknown as Command
  const isGlobal = (flags: string) => globalOptions.some(([each]) => each === flags)
  const commands = commandsOf(program).filter(
    (command) => command.commands.length === 0 && command.name() !== 'complete',
  )
  const sections = commands.map((command) => {
    const path = pathOf(command)
    const help = command.createHelp()
    const words = command.registeredArguments.map((argument) =>
      argumentText(argument.name(), argument.required, argument.variadic),
    )
    const options = command.options.filter((option) => !isGlobal(option.flags) && !option.hidden)
    const rows = [
      ...command.registeredArguments
        .filter(({ description }) => description !== '')
        .map((argument) => [argumentText(argument.name(), argument.required, argument.variadic), argument.description]),
      ...options.map((option) => [option.flags, help.optionDescription(option)]),
    ]
    const usage = [...path, ...(options.length === 0 ? [] : ['[options]']), ...words].join(' ')
    const alias = command.alias() === undefined ? '' : ` Also \`${[...path.slice(0, -1), command.alias()].join(' ')}\`.`
    const list =
      rows.length === 0 ? '' : `\n${rows.map(([term, description]) => `- \`${term}\`: ${description}`).join('\n')}\n`
    return `### ${path.join(' ')}\n\n${command.description()}${alias}\n\n\`\`\`\n${usage}\n\`\`\`\n${list}`
  })
  const codes = (Object.keys(exitCodes) as (keyof typeof exitCodes)[]).map(
    (name) => `| ${exitCodes[name]} | ${exitCodeWords[name]} |`,
  )
  return `# Command line

<!-- Made from the commands by \`npm run docs\`; a test holds it against them. -->

\`\`\`
curl -fsSLo ~/.local/bin/arcx https://YOUR-SERVER/cli/arcx.mjs && chmod +x ~/.local/bin/arcx
arcx login https://YOUR-SERVER
\`\`\`

It needs Node 20.19 or newer. In a clone of arcx it is \`npm run -s arcx --\`, and \`npm run -s arcx-admin --\` for \`arcx admin\`.

\`arcx login\` opens a browser, which comes back to a port of this machine (RFC 8252 with PKCE); over SSH, and with \`--device\`, it shows a code to type in a browser elsewhere (RFC 8628). What it gets is an API token of 90 days that the settings list and end. It is kept in \`~/.config/arcx/credentials.json\`, which its owner alone reads. Programs set \`ARCX_URL\` and \`ARCX_TOKEN\`.

Completion: \`source <(arcx completion bash)\`, or zsh, fish, powershell.

Every command takes:

${globalOptions.map(([flags, description]) => `- \`${flags}\`: ${description}`).join('\n')}

## Exit codes

| code | when |
| --- | --- |
${codes.join('\n')}

## Commands

${sections.join('\n')}`
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()]
}

function argumentText(name: string, required: boolean, variadic: boolean): string {
  const shown = `${name}${variadic ? '...' : ''}`
  return required ? `<${shown}>` : `[${shown}]`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(referenceFile, renderReference())
