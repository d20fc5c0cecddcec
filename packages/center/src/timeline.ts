/**
 * The timeline of a message: one line for each thing that happened, `epochMs step key=value...`. Kept as one string,
 * since it is written with the row and read rarely.
 */

import type { TimelineWord } from './store.ts';

/** Steps kept; the middle of a longer story is dropped and marked. */
export const maxTimelineSteps = 64;
/** Characters of one line; a detail is cut to fit. */
const maxLine = 240;
/** Below this length a timeline cannot have too many steps: the shortest line has 16 characters. */
const surelyShort = maxTimelineSteps * 16;
const dropMark = 'dropped';

/** One step of a timeline, read back. */
export interface TimelineStep {
  readonly atMs: number;
  readonly step: string;
  readonly detail: string;
}

/** A line. Line ends inside `detail` become spaces. */
export function timelineLine(atMs: number, step: string, detail?: string): string {
  if (detail === undefined || detail === '') return `${atMs} ${step}\n`;
  let told = detail;
  if (told.length > maxLine) told = told.slice(0, maxLine);
  if (told.includes('\n')) told = told.replaceAll('\n', ' ');
  return `${atMs} ${step} ${told}\n`;
}

/** The timeline with one more line, bounded. */
export function withStep(timeline: string, line: string): string {
  const longer = timeline + line;
  return longer.length < surelyShort ? longer : boundedTimeline(longer);
}

/** At most `maxTimelineSteps` lines: the first and last ones, with a line that counts those left out. */
export function boundedTimeline(timeline: string): string {
  const lines = timeline.split('\n');
  lines.pop();
  if (lines.length <= maxTimelineSteps) return timeline;
  const head = lines.slice(0, maxTimelineSteps / 2);
  const last = head.at(-1) ?? '';
  const isMark = last.split(' ')[1] === dropMark;
  const before = isMark ? Number(last.slice(last.lastIndexOf('=') + 1)) : 0;
  if (isMark) head.pop();
  else head.length = maxTimelineSteps / 2 - 1;
  const tail = lines.slice(lines.length - maxTimelineSteps / 2);
  const kept = head.length + tail.length + (isMark ? 1 : 0);
  const dropped = before + lines.length - kept;
  const at = tail[0]?.split(' ')[0] ?? '0';
  return `${[...head, `${at} ${dropMark} steps=${dropped}`, ...tail].join('\n')}\n`;
}

/** The steps of a timeline, oldest first. */
export function timelineSteps(timeline: string): readonly TimelineStep[] {
  return timeline
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const first = line.indexOf(' ');
      const second = line.indexOf(' ', first + 1);
      const end = second < 0 ? line.length : second;
      return {
        atMs: Number(line.slice(0, first)),
        step: line.slice(first + 1, end),
        detail: line.slice(end + 1),
      };
    });
}

/** Whether a timeline tells such a word in one of its lines. */
export function hasTimelineWord(timeline: string, { word, isBeginning = false }: TimelineWord): boolean {
  if (isBeginning) return timeline.includes(` ${word}`);
  return timeline.includes(` ${word} `) || timeline.includes(` ${word}\n`);
}
