/**
 * Rows that were written before version 4: what a message has in fields since then stood in its timeline alone. Read when
 * such a row is, and nowhere else; a row that is changed gets its columns.
 */
import {
  type Message,
  type MessageKind,
  type Origin,
  type TimelineStep,
  timelineSteps,
} from '@chappe/center';

/** What a timeline tells. */
export type TimelineFields = Pick<
  Message,
  'answeredAs' | 'sentMs' | 'operatorError' | 'isReplaced' | 'origin'
>;

/** The fields of a message of that kind by its timeline as those versions wrote it. */
export function timelineFields(timeline: string, kind: MessageKind): TimelineFields {
  const steps = timelineSteps(timeline);
  let answeredAs: string | undefined;
  let sentMs = 0;
  let operatorError: string | undefined;
  for (const { atMs, step, detail } of steps) {
    if (step === 'sent') {
      sentMs = atMs;
      answeredAs = wordAfter(detail, 'id') ?? wordAfter(detail, 'reference');
    } else if (isAcceptedThere({ step, detail }) && sentMs === 0) answeredAs = wordAfter(detail, 'reference');
    // What came after the end changed nothing.
    if (step !== 'later' && wordAfter(detail, 'stat') !== undefined)
      operatorError = / stat=[^ ]* err=([^ ]+)/.exec(` ${detail}`)?.[1];
  }
  const isReplaced = steps.some(({ step }) => step === 'replaced');
  return { answeredAs, sentMs, operatorError, isReplaced, origin: originOf(steps[0]?.detail ?? '', kind) };
}

/** By an upstream of which no receipt was asked; a timeline begins with the acceptance by the centre, which has no lane. */
function isAcceptedThere({ step, detail }: Pick<TimelineStep, 'step' | 'detail'>): boolean {
  return step === 'accepted' && detail.startsWith('lane=');
}

function originOf(detail: string, kind: MessageKind): Origin | undefined {
  const connector = kind === 'mo' ? wordAfter(detail, 'connector') : undefined;
  if (connector === undefined) return undefined;
  const group = wordAfter(detail, 'group') ?? connector;
  const first = wordAfter(detail, 'set');
  if (first === undefined) return { connector, group, pieces: undefined };
  // `parts=2/3 set=... missing=1,4-6`
  const [came = Number.NaN, total = Number.NaN] = (wordAfter(detail, 'parts') ?? '').split('/').map(Number);
  const pieces = {
    first,
    came: came || 1,
    total: total || 1,
    missing: numbersOf(wordAfter(detail, 'missing')),
  };
  return { connector, group, pieces };
}

/** Of `1,4-6`; those behind `...`, where a list was too long for its line, are not known any more. */
function numbersOf(ranges = ''): number[] {
  const numbers: number[] = [];
  for (const range of ranges.replace('...', '').split(',')) {
    const [first = '', last = first] = range.split('-');
    const to = Number.parseInt(last, 10);
    // 255 parts at most (3GPP 23.040 9.2.3.24.1): whatever stands there, the list stays short.
    for (let number = Number.parseInt(first, 10); number <= to && numbers.length < 255; number += 1)
      numbers.push(number);
  }
  return numbers;
}

/** The value of a key among `key=value` pairs; undefined: it is not there. */
function wordAfter(detail: string, key: string): string | undefined {
  const pairs = ` ${detail}`;
  const at = pairs.indexOf(` ${key}=`);
  if (at < 0) return undefined;
  const from = at + key.length + 2;
  const end = pairs.indexOf(' ', from);
  return pairs.slice(from, end < 0 ? undefined : end);
}
