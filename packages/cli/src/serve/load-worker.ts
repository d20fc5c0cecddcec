/** The thread that reads the configuration again: what the engine would not start with is refused there, too. */
import { runLoadWorker } from '@chappe/config';
import { checkSettings } from '@chappe/gateway';

runLoadWorker(checkSettings);
