/** The flags by which push, undo and pull sign in, as --help shows them. */
import { type Command, Option } from 'commander'
import { ways } from './sign-in.ts'

export function withSignIn(command: Command): Command {
  return command
    .optionsGroup('Sign in (docs/push.md):')
    .addOption(new Option('--sign-in <way>', 'at Entra ID').choices(ways))
    .option('--issuer <url>', 'at any issuer of OpenID Connect, as a program')
    .option('--tenant <id>', 'tenant at Entra ID')
    .option('--client-id <id>', 'id of the application')
    .option('--secret-file <file>', 'file with its secret')
    .option('--certificate <file>', 'PEM with its certificate and key')
    .option('--scope <scope>', 'what the token is for; default the target with /.default')
    .option('--token-file <file>', 'file with a token; read again when the token was refused')
}
