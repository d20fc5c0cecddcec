import { commands } from '@chappe/protocol';

const responses: { readonly [command: string]: string | undefined } = Object.fromEntries(
  Object.entries(commands).map(([name, definition]) => [
    name,
    'response' in definition ? definition.response : undefined,
  ]),
);

/**
 * The command that answers this one; undefined where nothing does. Commands of vendors follow the rule of the
 * documents: the answer to `x` is `x_resp` (SMPP 5.0 4.7.5).
 */
export function responseTo(command: string): string | undefined {
  const known = responses[command];
  if (known !== undefined || Object.hasOwn(responses, command)) return known;
  return command.endsWith('_resp') ? undefined : `${command}_resp`;
}
