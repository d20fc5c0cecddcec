/** Settings of `chappe decode`. */
import { type CommandName, commands, type DefaultAlphabet, nearest } from '@chappe/protocol';
import type { Settings } from './setting.ts';
import { many, one, oneOf, onOff, port, text } from './values.ts';

/** What decode can be told. */
export interface DecodeValues {
  readonly pcap: string | undefined;
  readonly port: readonly number[];
  readonly filter: readonly string[];
  readonly lint: boolean;
  readonly defaultAlphabet: DefaultAlphabet;
}

function commandWord(word: string): CommandName | 'responses' {
  const names = [...Object.keys(commands), 'responses'];
  if (names.includes(word)) return word as CommandName;
  const near = nearest(word, names);
  throw new TypeError(near === undefined ? 'expected a command such as submit_sm' : `did you mean ${near}?`);
}

/** Their table. */
export const decodeSettings: Settings<DecodeValues> = {
  pcap: {
    flag: 'pcap',
    value: 'file',
    about: 'read a capture (pcap or pcapng) instead of hexadecimal; - is standard input',
    fallback: undefined,
    read: one(text),
  },
  port: {
    flag: 'port',
    value: 'port',
    isRepeatable: true,
    about: 'only connections with this port at either end',
    fallback: [],
    shown: 'all that look like SMPP',
    read: many(port),
  },
  filter: {
    flag: 'filter',
    value: 'command',
    isRepeatable: true,
    about: 'only these PDUs: submit_sm, deliver_sm, ..., or responses',
    fallback: [],
    read: many(commandWord),
  },
  lint: {
    flag: 'lint',
    about: 'say what is wrong and what to do about it; exit code 7 if there are errors',
    fallback: false,
    read: one(onOff),
  },
  defaultAlphabet: {
    flag: 'default-alphabet',
    value: 'coding',
    env: 'CHAPPE_DEFAULT_ALPHABET',
    about: 'what data_coding 0 means: gsm7, gsm7-packed, latin1, ascii, ucs2',
    fallback: 'gsm7',
    read: one(oneOf('gsm7', 'gsm7-packed', 'latin1', 'ascii', 'ucs2')),
  },
};
