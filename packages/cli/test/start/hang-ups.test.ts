/** SIGHUP ends no process that has only just begun, or is about to end. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { HangUps, hearFromTheStart } from '../../src/start/hang-ups.ts';

describe('SIGHUP', () => {
  it('is heard from the first moment to the last', () => {
    const source = new EventEmitter();
    const hangUps = new HangUps(source);
    expect(source.listenerCount('SIGHUP')).toBe(1);
    hangUps.close();
    expect(source.listenerCount('SIGHUP')).toBe(0);
  });

  it.each([0, 1, 3])(
    'that came %i times too early is acted on once, as soon as that is possible',
    (early) => {
      const source = new EventEmitter();
      const hangUps = new HangUps(source);
      for (let time = 0; time < early; time += 1) source.emit('SIGHUP');
      let acted = 0;
      hangUps.begin(() => {
        acted += 1;
      });
      expect(acted).toBe(Math.min(early, 1));
      source.emit('SIGHUP');
      expect(acted).toBe(Math.min(early, 1) + 1);
    },
  );

  it('is heard before there is anybody to act, and after', () => {
    const source = new EventEmitter();
    hearFromTheStart(source);
    source.emit('SIGHUP');
    const hangUps = new HangUps(source);
    let acted = 0;
    hangUps.begin(() => {
      acted += 1;
    });
    expect(acted).toBe(1);
    hangUps.close();
    expect(source.listenerCount('SIGHUP')).toBe(1);
    source.emit('SIGHUP');
    expect(acted).toBe(1);
  });

  it('that comes too late is only told', () => {
    const source = new EventEmitter();
    const hangUps = new HangUps(source);
    const heard: string[] = [];
    hangUps.begin(() => heard.push('acted'));
    hangUps.end(() => heard.push('told'));
    source.emit('SIGHUP');
    expect(heard).toEqual(['told']);
  });
});
