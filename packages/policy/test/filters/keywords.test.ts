import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeywordMeaning, keywordMeaning } from '../../src/filters/keywords.ts';

const table: readonly (readonly [KeywordMeaning | undefined, readonly string[]])[] = [
  // Spelling.
  [
    'stop',
    [
      'STOP',
      'stop',
      'Stop.',
      ' stop ',
      '"STOP"',
      '*STOP*',
      "'stop'",
      'STOP!!!',
      'STOP 🙏',
      'STOP🙏',
      '(stop)',
    ],
  ],
  ['stop', ['ＳＴＯＰ', 'S\u200bTOP', 'STOP\u00a0', '\tSTOP\n', '¡STOP!', '«Stop»', '𝐒𝐓𝐎𝐏', 'stop_']],
  [
    'stop',
    ['STOP STOP STOP', 'stop, stop!', 'STOP ACME', 'stop 60100', 'Stop. Thanks', 'STOP ALL', 'stopall'],
  ],
  [
    'stop',
    [
      'opt-out',
      'OPT OUT',
      'Opt Out please',
      'optout',
      'un-subscribe',
      'UNSUBSCRIBE',
      'STOP\nSent from my phone',
    ],
  ],
  ['stop', ['\r\n\r\nSTOP\r\n']],
  // Languages.
  ['stop', ['STOPP', 'Abmelden', 'abbestellen', 'Ende']],
  ['stop', ['ARRET', 'Arrêt', 'ARRÊT', 'arre\u0302t', 'désabonner', 'Arrêter', 'ANNULER']],
  ['stop', ['BAJA', 'PARAR', 'Baja TIENDA', 'Cancelar']],
  ['stop', ['Basta', 'disiscrivi', 'annulla']],
  ['stop', ['SAIR', 'pare', 'descadastrar']],
  ['stop', ['afmelden', 'Stoppen', 'uitschrijven', 'einde']],
  ['stop', ['REZYGNUJĘ', 'rezygnuje', 'wypisz', 'Koniec']],
  ['stop', ['RET', 'İPTAL', 'iptal', 'ıptal', 'IPTAL', 'durdur', 'RET ACME']],
  ['stop', ['avsluta', 'afmeld', 'LOPETA', 'odhlásit', 'leiratkozás', 'odjava']],
  ['stop', ['СТОП', 'стоп', 'Отписаться', 'ВІДПИСАТИСЯ', 'отмена']],
  ['stop', ['ΣΤΟΠ', 'στοπ', 'Διακοπή']],
  ['stop', ['توقف', 'إيقاف', 'ايقاف', 'إلغاء', 'الغاء', 'قِف', 'توقـــف']],
  ['stop', ['הסר', 'रोकें', '退订', '退訂', 'TD', '停止', '配信停止', '수신거부', 'ยกเลิก', 'berhenti', 'TC']],
  ['start', ['START', 'Unstop', 'subscribe', 'opt in', 'opt-in', 'START ACME', 'join']],
  [
    'start',
    [
      'ANMELDEN',
      'reprendre',
      'Réabonner',
      'alta',
      'inizia',
      'iscrivi',
      'aanmelden',
      'wznów',
      'başla',
      'BAŞLA',
      'onay',
    ],
  ],
  ['start', ['старт', 'اشتراك', 'ابدأ', '開始']],
  ['help', ['HELP', 'help!', 'info', 'Help ACME', '?', ' ? ']],
  [
    'help',
    [
      'Hilfe',
      'AIDE',
      'ayuda',
      'aiuto',
      'ajuda',
      'hulp',
      'pomoc',
      'yardım',
      'YARDIM',
      'hjälp',
      'помощь',
      'مساعدة',
      '도움말',
    ],
  ],
  // Not keywords.
  [
    undefined,
    [
      '',
      ' ',
      '\n',
      '...',
      '🙏',
      'yes',
      'no',
      'hello',
      'STOPS',
      'nonstop',
      '1',
      'fine',
      'Peru',
      'son',
      'S.T.O.P',
    ],
  ],
  [
    undefined,
    [
      'please stop',
      "don't stop",
      'stop by at six',
      'Stop calling me',
      'can you help me',
      'help me please now',
    ],
  ],
  [
    undefined,
    ['end of month', 'cancel tomorrow', 'quit smoking', 'info desk', 'td 5', 'I will start now', 'bus stop'],
  ],
  [undefined, ['hello\nSTOP', 'stop, go home']],
];

describe('keywords', () => {
  it.each(table.flatMap(([meaning, texts]) => texts.map((text) => [text, meaning] as const)))(
    '%j: %s',
    (text, meaning) => {
      expect(keywordMeaning(text)).toBe(meaning);
    },
  );

  it('look at a short first line only', () => {
    expect(keywordMeaning(`STOP${' '.repeat(200)}`)).toBeUndefined();
    expect(keywordMeaning(`STOP${' '.repeat(50)}`)).toBe('stop');
    expect(keywordMeaning(`STOP\n${'x'.repeat(60_000)}`)).toBe('stop');
    expect(keywordMeaning('stop '.repeat(1_000))).toBeUndefined();
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120, size: 'max' }), (text) => {
        expect(['stop', 'start', 'help', undefined]).toContain(keywordMeaning(text));
      }),
    );
    expect(keywordMeaning('\ud800stop')).toBe('stop');
  });
});
