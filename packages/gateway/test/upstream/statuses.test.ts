import { status, statuses } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { statusClasses } from '../../src/upstream/statuses.ts';

describe('what an upstream means by a command_status', () => {
  const { classify } = statusClasses({ name: 'op-a' });

  it.each([
    ['ESME_ROK', 'ok'],
    ['ESME_RSYSERR', 'temporary'],
    ['ESME_RX_T_APPN', 'temporary'],
    ['ESME_RDELIVERYFAILURE', 'temporary'],
    ['ESME_RUNKNOWNERR', 'temporary'],
    ['ESME_RSERTYPUNAVAIL', 'temporary'],
    ['ESME_RINVBNDSTS', 'rebind'],
    ['ESME_RTHROTTLED', 'throttled'],
    ['ESME_RMSGQFUL', 'full'],
    ['ESME_RSUBMITFAIL', 'permanent'],
    ['ESME_RINVDSTADR', 'permanent'],
    ['ESME_RINVSRCADR', 'permanent'],
    ['ESME_RINVMSGLEN', 'permanent'],
    ['ESME_RX_P_APPN', 'permanent'],
    ['ESME_RX_R_APPN', 'permanent'],
    ['ESME_RINVDCS', 'permanent'],
    ['ESME_RMISSINGTLV', 'permanent'],
  ] as const)('%s is %s', (name, verdict) => {
    expect(classify(status[name])).toBe(verdict);
  });

  it('every status of the documents has a meaning; those of vendors are permanent', () => {
    for (const { value } of Object.values(statuses)) expect(classify(value)).toMatch(/^[a-z]+$/);
    expect(classify(0x400)).toBe('permanent');
    expect(classify(0xffff_ffff)).toBe('permanent');
  });

  it('rules come first', () => {
    const ruled = statusClasses({
      name: 'op-a',
      statuses: [
        { status: status.ESME_RSUBMITFAIL, means: 'temporary' },
        { status: 0x400, means: 'throttled' },
        { status: status.ESME_RX_P_APPN, means: 'accepted' },
        { status: status.ESME_RTHROTTLED, means: 'full' },
        { status: status.ESME_RSYSERR, means: 'permanent' },
      ],
    });
    const named = [status.ESME_RSUBMITFAIL, 0x400, status.ESME_RX_P_APPN, status.ESME_RTHROTTLED, 8];
    expect(named.map(ruled.classify)).toEqual(['temporary', 'throttled', 'accepted', 'full', 'permanent']);
    expect(ruled.classify(status.ESME_RMSGQFUL)).toBe('full');
    expect(ruled.classify(0)).toBe('ok');
  });

  it.each([0, -1, 1.5, 2 ** 32])('%d is no status that a rule can be for', (value) => {
    const rules = { name: 'op-a', statuses: [{ status: value, means: 'full' as const }] };
    expect(() => statusClasses(rules)).toThrow(
      /^connector "op-a": statuses: .* is no error status; give one/,
    );
  });

  it('one status has one meaning', () => {
    const twice = [
      { status: 0x58, means: 'full' as const },
      { status: 0x58, means: 'permanent' as const },
    ];
    expect(() => statusClasses({ name: 'op-a', statuses: twice })).toThrow(/0x58 stands there twice/);
  });
});
