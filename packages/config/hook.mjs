import { registerHooks } from 'node:module';

registerHooks({
  resolve(s, c, n) {
    if (s === '@chappe/gateway')
      return {
        url: 'file:///work/main/packages/config/stub.ts',
        shortCircuit: true,
        format: 'module-typescript',
      };
    return n(s, c);
  },
});
