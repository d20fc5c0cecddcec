/** The commands that documents print after a `$`, in blocks marked `console`. */
import type { Fence } from './markdown.ts';

/** One command and what is printed below it. */
export interface Command {
  readonly fence: Fence;
  /** As printed. */
  readonly text: string;
  readonly shown: readonly string[];
}

/** What a block holds. A line that ends in a backslash goes on in the next one. */
export function commandsOf(fence: Fence): Command[] {
  const blocks = fence.code.replaceAll(/\\\n\s*/g, '').split(/^\$ /m);
  return blocks.slice(1).map((block) => {
    const [text = '', ...shown] = block.trimEnd().split('\n');
    return { fence, text, shown: shown.filter((line) => line !== '') };
  });
}

const PROGRAM = /^(?:chappe|npx chappe|npm run -s chappe --) (.*)$/;

/** The words after `chappe`, as a shell would cut them; undefined of another command. Redirections are left out. */
export function chappeWords({ text }: Command): string[] | undefined {
  const [, rest] = PROGRAM.exec(text) ?? [];
  return rest
    ?.replace(/ [<>] \S+/g, '')
    .match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)
    ?.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** A line without what differs from run to run: ids, times, numbers that were measured. */
export function shapeOf(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{22}\b/g, 'ID')
    .replaceAll(/\b\d+\.\d+ s\b/g, 'SECONDS')
    .replaceAll(/\b(session|submit_sm|data_sm)=\d+/g, '$1=N');
}
