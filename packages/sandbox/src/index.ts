/** The door of @chappe/sandbox: simulated handsets for a gateway, and a whole message centre inside a test. */

export { type ForgetfulGateway, forgetMessages } from './handsets/forget-messages.ts';
export { type HandsetState, handsetStates } from './handsets/handset.ts';
export {
  type HandsetOptions,
  type HandsetSummary,
  Handsets,
  type OutcomeWeights,
} from './handsets/handsets.ts';
export { type Magic, type MagicNumber, magicNumbers } from './handsets/magic.ts';
export { type MagicBind, magicBinds } from './handsets/magic-binds.ts';
export { type Sandbox, type SandboxPhone, startSandbox } from './sandbox.ts';
export type { SandboxOptions } from './sandbox-options.ts';
export { Simulation } from './simulation.ts';
