import { describe, it } from 'vitest';
import { canJudge, checkRules } from './prometheus.ts';

describe.runIf(canJudge())('the rules', () => {
  it('are such as Prometheus takes', () => checkRules());
});
