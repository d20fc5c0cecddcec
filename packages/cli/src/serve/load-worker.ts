/** The thread that reads the configuration again: what the engine would not start with is refused there, too. */
import { runLoadWorker } from '@chappe/config';
import { checkSettings } from '@chappe/gateway';
import { actionForms } from './mo-actions.ts';

runLoadWorker((settings) => checkSettings(settings, actionForms), actionForms);
