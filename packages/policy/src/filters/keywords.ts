/**
 * Words with which people leave, come back, and ask for help, in the languages of most networks. Compared
 * without case, accents and punctuation. GSMA and CTIA practice: STOP, END, CANCEL, UNSUBSCRIBE, QUIT and the
 * like must work whatever the service's own language is.
 */
import { breaks, classOf, dot, unseen } from './characters.ts';

/** What a word asks for. */
export type KeywordMeaning = 'stop' | 'start' | 'help';

/** Alone, or with one more word (a service's name) behind. One row a language. */
const withName: Readonly<Record<KeywordMeaning, readonly string[]>> = {
  stop: [
    'stop stopall unsubscribe unsub optout revoke remove',
    'stopp abmelden abbestellen austragen', // German
    'arret arreter desabonner desinscrire', // French
    'baja parar detener desuscribir desuscribirse', // Spanish
    'basta ferma disiscrivi disiscrivimi', // Italian
    'sair pare descadastrar remover', // Portuguese
    'stoppen afmelden uitschrijven', // Dutch
    'rezygnuje rezygnacja wypisz', // Polish
    'ret iptal durdur', // Turkish
    'avsluta avregistrera afmeld stopmig avmeld lopeta', // Swedish, Danish, Norwegian, Finnish
    'odhlasit zrusit leiratkozas leiratkozom dezabonare dezabonez odjava odjavi', // Czech, Hungarian, Romanian, Croatian
    'стоп отписаться отписка відписатися відписка спри', // Russian, Ukrainian, Bulgarian
    'στοπ διακοπη διαγραφη', // Greek
    'توقف قف إيقاف أوقف إلغاء لغو', // Arabic, Persian
    'הסר הסרה', // Hebrew
    'रोकें बंद', // Hindi
    'berhenti batal unreg tuchoi ยกเลิก', // Indonesian, Malay, Vietnamese, Thai
    '退订 退訂 停止 配信停止 解除 수신거부', // Chinese, Japanese, Korean
    'simamisha acha hagarika', // Swahili, Kinyarwanda
  ],
  start: [
    'start unstop subscribe optin resubscribe',
    'starten anmelden', // German, Dutch
    'reprendre abonner reabonner inscription', // French
    'iniciar reanudar suscribir', // Spanish
    'inizia riprendi iscrivi iscrivimi', // Italian
    'voltar cadastrar', // Portuguese
    'aanmelden inschrijven', // Dutch
    'wznow zapisz', // Polish
    'basla baslat onay', // Turkish
    'starta tilmeld aloita', // Swedish, Danish, Finnish
    'старт подписаться підписатися εναρξη', // Russian, Ukrainian, Greek
    'ابدأ ابدا اشتراك اشترك شروع', // Arabic, Persian
    'mulai bermula 订阅 訂閱 開始 수신동의', // Indonesian, Malay, Chinese, Japanese, Korean
    'anza', // Swahili
  ],
  help: [
    'help',
    'hilfe aide ayuda aiuto ajuda hulp', // German, French, Spanish, Italian, Portuguese, Dutch
    'pomoc pomoci yardim hjalp hjelp apua segitseg ajutor', // Polish, Czech, Turkish, Nordic, Finnish, Hungarian, Romanian
    'помощь допомога помощ βοηθεια', // Russian, Ukrainian, Bulgarian, Greek
    'مساعدة كمك עזרה सहायता मदद', // Arabic, Persian, Hebrew, Hindi
    'bantuan tolong trogiup ช่วยเหลือ 帮助 幫助 ヘルプ 도움말 msaada', // Indonesian, Malay, Vietnamese, Thai, Chinese, Japanese, Korean, Swahili
  ],
};

/** Alone only: with a word behind they mostly mean something else ("cancel tomorrow", "end of month"). */
const alone: Readonly<Record<KeywordMeaning, readonly string[]>> = {
  stop: [
    'end quit cancel',
    'ende fin annuler alto cancelar annulla cancella',
    'einde koniec td tc huy отмена отказ', // TD: Chinese, TC and HUY: Vietnamese
  ],
  start: ['join', 'alta continuar continuer weiter'],
  help: ['info support informacion informatie'],
};

/** Letters that NFKD does not take apart. Arabic: forms of one letter that people mix. */
const alike: ReadonlyMap<string, string> = new Map([
  ['ı', 'i'],
  ['ł', 'l'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['þ', 'th'],
  ['ς', 'σ'],
  ['ى', 'ي'],
  ['ی', 'ي'],
  ['ک', 'ك'],
  ['ة', 'ه'],
  ['ٱ', 'ا'],
]);

// Longer lines are sentences; one of two keywords in capitals has less.
const maxLine = 100;
const hyphen = 0x2d;
const underscore = 0x5f;
const tatweel = 0x640;

const namedMeanings = tableOf(withName);
const aloneMeanings = tableOf(alone);

/**
 * What a text asks for: when its first line is a keyword, repeated or with at most one more word. Sentences
 * that begin with or hold one ("stop by at six please") mean nothing. Never throws; looks at the first line
 * only, which has to be short.
 */
export function keywordMeaning(text: string): KeywordMeaning | undefined {
  const line = firstLine(text);
  if (line.length > maxLine) return undefined;
  if (line.trim() === '?') return 'help';
  const words = foldedWords(line);
  const [first, second] = words;
  if (first === undefined) return undefined;
  const differ = words.filter((word) => word !== first);
  // "opt out", "opt in": as one word.
  const joined = second === undefined ? undefined : namedMeanings.get(first + second);
  if (joined !== undefined && words.length <= 3) return joined;
  if (differ.length > 1) return undefined;
  return namedMeanings.get(first) ?? (differ.length === 0 ? aloneMeanings.get(first) : undefined);
}

function tableOf(
  rows: Readonly<Record<KeywordMeaning, readonly string[]>>,
): ReadonlyMap<string, KeywordMeaning> {
  const table = new Map<string, KeywordMeaning>();
  for (const meaning of ['stop', 'start', 'help'] as const) {
    for (const word of foldedWords(rows[meaning].join(' '))) table.set(word, meaning);
  }
  return table;
}

/** The first line that is not blank. Longer than `maxLine` when it cannot be a keyword. */
function firstLine(text: string): string {
  let from = 0;
  while (from < text.length && text.charCodeAt(from) <= 0x20) from += 1;
  let to = from;
  while (to < text.length && to - from <= maxLine && text[to] !== '\n' && text[to] !== '\r') to += 1;
  return text.slice(from, to);
}

/** Words of letters and digits, small, without accents; a hyphen joins ("opt-out"). */
function foldedWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  for (const character of text.normalize('NFKD').toLowerCase().normalize('NFKD')) {
    const unit = character.charCodeAt(0);
    if (isDropped(unit)) continue;
    const kind = classOf(unit);
    if (kind === breaks || kind === dot || isSign(unit)) {
      if (word !== '') words.push(word);
      word = '';
    } else word += alike.get(character) ?? character;
  }
  if (word !== '') words.push(word);
  return words;
}

/** Accents, vowel points and what cannot be seen. */
function isDropped(unit: number): boolean {
  return (
    unit === hyphen ||
    unit === tatweel ||
    classOf(unit) === unseen ||
    (unit >= 0x300 && unit <= 0x36f) ||
    (unit >= 0x591 && unit <= 0x5c7) ||
    (unit >= 0x610 && unit <= 0x61a) ||
    (unit >= 0x64b && unit <= 0x65f) ||
    unit === 0x670
  );
}

/** Symbols, emoji and the underscore: no part of a word. */
function isSign(unit: number): boolean {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return unit === underscore || isSurrogate || (unit >= 0x2190 && unit <= 0x2bff);
}
