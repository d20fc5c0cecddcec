/** The thread that reads a configuration, of a program that counts votes. */
import { moForms, runLoadWorker } from '@chappe/config';
import { voteForm } from './vote.ts';

runLoadWorker(moForms([voteForm]));
