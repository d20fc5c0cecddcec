/** The thread that reads a configuration, of a program that counts votes. */
import { moForms, runLoadWorker } from '@chappe/config';
import { checkSettings } from '@chappe/gateway';
import { voteForm } from './vote.ts';

const forms = moForms([voteForm]);
runLoadWorker((settings) => checkSettings(settings, forms), forms);
