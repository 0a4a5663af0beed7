import type { Command } from '@commander-js/extra-typings'
import open from 'open'
import { Failure, exitCodes } from '../failure.ts'
import { signInByBrowser, signInByDevice, signInByToken } from '../server/sign-in.ts'
import type { Sessions } from '../session.ts'

export function addAccountCommands(program: Command, sessions: Sessions): void {
  program
    .command('login')
    .description('Sign in, in the browser on this machine; with a code where there is none; or with a token.')
    .argument('[server]', 'address of the server, such as https://arcx.example.com')
    .option('--device', 'show a code to type in a browser elsewhere')
    .option('--no-browser', 'print the page’s address and open nothing')
    .addHelpText(
      'after',
      '\nWith --token TOKEN, or ARCX_TOKEN, that token is kept; `--token -` reads it from standard input.',
    )
    .action(async (address, options, command) => {
      const session = sessions.of(command)
      const server = await session.newServer(address)
      const { output } = session
      const given = await sessions.givenToken(command)
      const show = async (url: string, text: string) => {
        process.stderr.write(`${text}\n`)
        if (options.browser) await open(url).catch(() => undefined)
      }
      // Over SSH the browser is on another machine than this one.
      const elsewhere = process.env['SSH_CONNECTION'] !== undefined && options.browser
      // Before a page is opened on a server that is not there.
      if (given === null) await server.api.auth.options.query()
      const credential =
        given !== null
          ? await signInByToken(server, given)
          : options.device === true || elsewhere
            ? await signInByDevice(server, (code, url) => show(url, `Your code: ${code}\nOpen ${url}`))
            : await signInByBrowser(server, (url) => show(url, `Open this page to sign in:\n${url}`))
      await session.credentials.keep(credential)
      output.result(
        { server: credential.server, login: credential.login },
        `Signed in to ${credential.server} as ${credential.login}.`,
      )
    })

  program
    .command('logout')
    .description('Sign out: the token ends on the server and is forgotten here.')
    .action(async (_options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      await server.api.tokens.revokeOwn.mutate().catch((error: unknown) => {
        // One that has ended already needs no ending.
        if (!(error instanceof Error) || !/not known|signed out/i.test(error.message)) throw error
      })
      await session.credentials.forget(server.origin)
      session.output.result({ server: server.origin }, `Signed out of ${server.origin}.`)
    })

  program
    .command('whoami')
    .description('Who is signed in, and where.')
    .action(async (_options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const me = await server.api.auth.me.query()
      if (me === null)
        throw new Failure('Nobody is signed in. Sign in with: arcx login', 'signed_out', exitCodes.signedOut)
      session.output.result(
        { server: server.origin, ...me },
        `${me.login} (${me.name}), ${me.tier} plan, on ${server.origin}`,
      )
    })
}
