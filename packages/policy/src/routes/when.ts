/**
 * The condition `when`: an expression in CEL, which has no loops but over lists and no side effects.
 *
 * Two things are held tighter than the library does. Its `matches` makes a RegExp of JavaScript, which a text can keep
 * busy for hours: here it is RE2, with patterns that are there when the rule is compiled. And loops do not stand inside
 * loops, so that the time grows with the text and not with its square.
 */
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import type { Condition, Reading } from './condition.ts';
import { type ExpressionContext, ExpressionMessage } from './expression-context.ts';
import { compilePattern } from './pattern.ts';
import { quoted } from './words.ts';

// Longer ones are programs, and nobody could say why a message took that way.
const maxExpressionCharacters = 4_000;
const limits = { maxAstNodes: 1_000, maxDepth: 32, maxListElements: 500, maxMapEntries: 100 } as const;
const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** What `matches` is rewritten to. */
const linearMatches = 'matchesRe2';

type Patterns = Map<string, RE2JS>;

/** Messages for which an expression failed: it counted as not matching. */
export interface FailureCount {
  failures: number;
}

/** A compiled `when`. */
export interface WhenCondition extends Condition {
  /** Where its failures are counted: another count may be put in its place, to go on with. */
  count: FailureCount;
}

/**
 * The expression is true. Throws a RangeError when it is no expression, does not fit the types of its variables, or
 * gives something else than a bool.
 */
export function whenCondition(expression: string): WhenCondition {
  const evaluate = compileExpression(expression);
  const condition: WhenCondition = {
    field: 'when',
    count: { failures: 0 },
    holds(reading: Reading): boolean {
      try {
        return evaluate(reading.context) === true;
      } catch {
        if (reading.counted) condition.count.failures += 1;
        return false;
      }
    },
    failure(reading: Reading): string | undefined {
      try {
        return evaluate(reading.context) === true ? undefined : `${quoted(expression)} is false`;
      } catch (error) {
        return `${quoted(expression)} failed: ${summaryOf(error)}`;
      }
    },
  };
  return condition;
}

function compileExpression(expression: string): (context: ExpressionContext) => unknown {
  if (expression.length > maxExpressionCharacters) {
    throw new RangeError(
      `an expression of ${expression.length} characters: at most ${maxExpressionCharacters}, make it several rules`,
    );
  }
  const patterns: Patterns = new Map();
  const environment = environmentWith(patterns);
  const checked = environment.check(expression);
  if (!checked.valid) throw new RangeError(`${quoted(expression)}: ${summaryOf(checked.error)}`);
  if (checked.type !== 'bool') {
    throw new RangeError(`${quoted(expression)} gives ${checked.type}: it must be true or false`);
  }
  const parsed = environment.parse(rewritten(expression, environment.parse(expression).ast, patterns));
  if (patterns.size > 0) refuseMatches(expression, parsed.ast);
  const again = parsed.check();
  if (!again.valid) throw new RangeError(`${quoted(expression)}: ${summaryOf(again.error)}`);
  return parsed;
}

function environmentWith(patterns: Patterns): Environment {
  return new Environment({ limits })
    .registerType('Message', {
      ctor: ExpressionMessage,
      fields: {
        from: 'string',
        to: 'string',
        text: 'string',
        coding: 'string',
        segments: 'int',
        priority: 'int',
        account: 'string',
        connector: 'string',
        tags: 'list<string>',
      },
    })
    .registerVariable('msg', 'Message')
    .registerVariable('account', 'string')
    .registerVariable('hour', 'int')
    .registerVariable('weekday', 'int')
    .registerFunction(
      `string.${linearMatches}(string): bool`,
      (text: string, pattern: string) => patterns.get(pattern)?.test(text) === true,
    );
}

/** The expression with every `matches` by RE2 instead. Throws a RangeError on loops inside loops. */
function rewritten(expression: string, root: ASTNode, patterns: Patterns): string {
  const places: number[] = [];
  walk(root, 0, (node, nesting) => {
    if (node.op !== 'rcall') return;
    const [name, receiver, [argument]] = node.args;
    if (loops.has(name) && nesting > 1) {
      throw new RangeError(
        `${quoted(expression)}: ${name} stands inside another loop: make it several rules`,
      );
    }
    if (name !== 'matches' || argument === undefined) return;
    if (argument.op !== 'value' || typeof argument.args !== 'string') {
      throw new RangeError(`${quoted(expression)}: the pattern of matches must stand there as a string`);
    }
    patterns.set(argument.args, compilePattern(argument.args));
    places.push(receiver.end + expression.slice(receiver.end, argument.start).lastIndexOf('matches'));
  });
  let text = expression;
  for (const place of places.sort((a, b) => b - a)) {
    text = text.slice(0, place) + linearMatches + text.slice(place + 'matches'.length);
  }
  return text;
}

/** Comments between the words could mislead the rewriting; then there is still a `matches` in it. */
function refuseMatches(expression: string, root: ASTNode): void {
  walk(root, 0, (node) => {
    if (node.op === 'rcall' && node.args[0] === 'matches') {
      throw new RangeError(`${quoted(expression)}: write matches("pattern") without comments in it`);
    }
  });
}

/** Every node; `nesting` counts the loops that it stands in, itself included. */
function walk(node: ASTNode, nesting: number, visit: (node: ASTNode, nesting: number) => void): void {
  if (node.op === 'rcall') {
    const [name, receiver, given] = node.args;
    const inside = loops.has(name) ? nesting + 1 : nesting;
    visit(node, inside);
    walk(receiver, nesting, visit);
    for (const argument of given) walk(argument, inside, visit);
    return;
  }
  visit(node, nesting);
  walkAll(node.args, nesting, visit);
}

function walkAll(args: unknown, nesting: number, visit: (node: ASTNode, nesting: number) => void): void {
  if (Array.isArray(args)) for (const one of args) walkAll(one, nesting, visit);
  else if (isNode(args)) walk(args, nesting, visit);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}

/** The first line of a library's error, without its drawing of the place. */
function summaryOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
