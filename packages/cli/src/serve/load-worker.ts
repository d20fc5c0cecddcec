/**
 * The thread that reads the configuration again. What the file says is looked at there, with line and column; whether the
 * gateway can use it is found out where that is compiled, once, beside what is in force.
 */
import { runLoadWorker } from '@chappe/config';
import { actionForms } from './mo-actions.ts';

runLoadWorker(actionForms);
