/** message_id has 64 characters at most; a longer one is compared as it is, since conversion takes quadratic time. */
const MAX_NUMERIC_LENGTH = 64;

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
const isHexLetter = (unit: number): boolean => unit >= 0x61 && unit <= 0x66;

/** 10 for decimal digits only, 16 for hex digits, 0 for anything else. */
function baseOf(id: string): 0 | 10 | 16 {
  if (id.length === 0 || id.length > MAX_NUMERIC_LENGTH) return 0;
  let base: 10 | 16 = 10;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    if (isDigit(unit)) continue;
    if (!isHexLetter(unit)) return 0;
    base = 16;
  }
  return base;
}

function withoutLeadingZeros(id: string): string {
  let zeros = 0;
  while (zeros < id.length - 1 && id.charCodeAt(zeros) === 0x30) zeros += 1;
  return id.slice(zeros);
}

/**
 * The forms under which one message id may appear: as it is, lower case, without leading zeros, as hexadecimal where
 * it may be decimal, as decimal where it may be hexadecimal. Surest first, each once. Two ids may be the same message
 * when they have a form in common. Never goes through a number: ids of 19 digits exist.
 */
export function messageIdForms(id: string): readonly string[] {
  const lower = id.toLowerCase();
  const forms = new Set([id, lower]);
  const base = baseOf(lower);
  if (base !== 0) {
    forms.add(withoutLeadingZeros(lower));
    if (base === 10) forms.add(BigInt(lower).toString(16));
    forms.add(BigInt(`0x${lower}`).toString());
  }
  return [...forms];
}
