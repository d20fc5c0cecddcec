import { expect, it, vi } from 'vitest';
import { stopGateway } from '../../src/start/running.ts';

const failing = (code: string) => ({ stop: () => Promise.reject(Object.assign(new Error('no'), { code })) });

it('a stop that the disk does not let end ends the process, and says why', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const lines: unknown[] = [];
  const log = { error: (...line: unknown[]) => void lines.push(line) };
  try {
    await stopGateway(failing('CHAPPE_STORE_STALLED'), 1_000, log as never);
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
    expect(lines).toMatchObject([[{ where: 'stop' }, expect.stringContaining('the disk does not answer')]]);
    await expect(stopGateway(failing('CHAPPE_STORE_IO'), 1_000, log as never)).rejects.toThrow('no');
    await stopGateway({ stop: () => Promise.resolve() }, 1_000, log as never);
    expect(kill).toHaveBeenCalledTimes(1);
  } finally {
    kill.mockRestore();
  }
});
