/** Parts of a text that a customer has cut itself: by user data headers or by SAR TLVs. */
import type { Message } from '@chappe/center';
import { type Concatenation, ESM_CLASS, readConcat } from '@chappe/protocol';
import { type Content, esmClassOf, isTextOnly, readContent } from './content.ts';
import { isSar } from './long.ts';

/** Which part of which text a content is; undefined for a whole, and where the numbers make no sense. */
export function ownPartOf({
  esmClass,
  dataCoding,
  payload,
  tlvs,
}: Pick<Content, 'esmClass' | 'dataCoding' | 'payload' | 'tlvs'>): Concatenation | undefined {
  // Hot path: nearly no message is a part.
  if ((esmClass & ESM_CLASS.UDHI) === 0 && !hasSar(tlvs)) return undefined;
  const part = readConcat({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs });
  return part === undefined || part.total < 2 ? undefined : part;
}

/** The same of a stored message. What was cut here has other marks, see `Group`. */
export function ownPartOfStored({ content }: Message): Concatenation | undefined {
  if ((esmClassOf(content) & ESM_CLASS.UDHI) === 0 && isTextOnly(content)) return undefined;
  const read = readContent(content);
  return read.group?.kind === 'segments' ? undefined : ownPartOf(read);
}

/** What all parts of one text have in common. */
export function wholeKeyOf(
  account: string,
  source: string,
  destination: string,
  { reference, bits, total }: Concatenation,
): string {
  return `${account}\n${source}\n${destination}\n${reference}/${bits}/${total}`;
}

function hasSar(tlvs: Content['tlvs']): boolean {
  for (const { tag } of tlvs) if (isSar(tag)) return true;
  return false;
}
