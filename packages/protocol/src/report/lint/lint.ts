/** `chappe decode --lint`: what is wrong with a PDU, and what to do about it. */
import { addressRules } from './addresses.ts';
import { codingRules } from './coding.ts';
import { contentRules } from './content.ts';
import { bindRules, flagRules, timeRules } from './fields.ts';
import { frameNotes, headerNotes } from './frame.ts';
import type { Note, Rule, Subject } from './note.ts';
import { tlvRules } from './tlvs.ts';

const rules: readonly Rule[] = [
  frameNotes,
  headerNotes,
  addressRules,
  timeRules,
  flagRules,
  bindRules,
  contentRules,
  codingRules,
  tlvRules,
];

/** All that the rules have to say about one PDU, worst first. */
export function lint(subject: Subject): readonly Note[] {
  const levels = ['error', 'warning', 'info'];
  const notes = rules.flatMap((rule) => rule(subject));
  // The octets of an unannounced header look like a text in a wrong coding.
  const isHeaderTaken = notes.some(({ code }) => code === 'udhi-missing');
  return notes
    .filter(({ code }) => !isHeaderTaken || (code !== 'packed' && code !== 'coding'))
    .sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
}
