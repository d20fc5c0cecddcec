/** All routes, in the order of the documents. */
import type { Simulation } from '@chappe/sandbox';
import type { Context } from '../context.ts';
import type { Route } from '../route.ts';
import { getAccount, listAccounts, suspendAccount } from './accounts.ts';
import { listAudit } from './audit.ts';
import { getBackup, postBackup } from './backup.ts';
import { getConfig } from './config.ts';
import {
  connectorControls,
  controlConnector,
  getConnector,
  listConnectors,
  testConnector,
} from './connectors.ts';
import { docsPage, docsPageFile } from './docs.ts';
import { indexPage, openapiDocument } from './documents.ts';
import { deleteEntry, entryWords, putEntry } from './entries.ts';
import { estimate } from './estimate.ts';
import { streamEvents } from './events.ts';
import { exportMessages } from './export-messages.ts';
import { listHeld, releaseAllHeldMessages, releaseHeldMessage } from './held.ts';
import { info } from './info.ts';
import { checkLedger, exportRecords, getLedger, getStatement, postCredit } from './ledger.ts';
import { cancelMessage, replaceMessage, retryMessage } from './message-actions.ts';
import { getMessage, listRefusals, searchMessages } from './messages.ts';
import { scrapeMetrics } from './metrics.ts';
import { deleteOptOut, listOptOuts, putOptOut } from './opt-outs.ts';
import { decodePdus, encodePdu } from './pdus.ts';
import {
  clearInbox,
  forgetAllMessages,
  getInbox,
  listPhones,
  sendFromPhone,
  setPhoneState,
  switchPhonesOn,
} from './phones.ts';
import { livez, readyz } from './probes.ts';
import { listPumping, releasePumping } from './pumping.ts';
import { redeliverReceipt, replayReceipts } from './receipts-again.ts';
import { listMoRoutes, listRoutes, replayOtherRoutes, testRoute } from './rules.ts';
import { endSession, listSessions } from './sessions.ts';
import { submitBatch } from './submit-batch.ts';
import { submitMessage } from './submit-message.ts';
import { tracePdus } from './trace.ts';
import { deleteUnmatched, listUnmatched, rematchUnmatched } from './unmatched.ts';
import { waitForMessage } from './wait-for-message.ts';
import { enableWebhook, listDeliveries, redeliver, testWebhook } from './webhook-deliveries.ts';
import { listWebhooks } from './webhooks.ts';

/** Every route of the API. */
export function routesOf(context: Context): readonly Route[] {
  return [
    submitMessage(context),
    submitBatch(context),
    estimate(context),
    decodePdus(context),
    encodePdu(),
    searchMessages(context),
    waitForMessage(context),
    exportMessages(context),
    getMessage(context),
    cancelMessage(context),
    replaceMessage(context),
    retryMessage(context),
    redeliverReceipt(context),
    replayReceipts(context),
    ...ofSandbox(context, [forgetAllMessages]),
    listRefusals(context),
    ...ofSandbox(context, [sendFromPhone, getInbox, setPhoneState, listPhones, clearInbox, switchPhonesOn]),
    listSessions(context),
    endSession(context),
    listAccounts(context),
    getAccount(context),
    suspendAccount(context, 'suspend'),
    suspendAccount(context, 'resume'),
    listConnectors(context),
    getConnector(context),
    ...connectorControls.map((what) => controlConnector(context, what)),
    testConnector(context),
    listRoutes(context),
    testRoute(context),
    replayOtherRoutes(context),
    listMoRoutes(context),
    listWebhooks(context),
    listDeliveries(context),
    redeliver(context),
    testWebhook(context),
    enableWebhook(context),
    ...entryWords.flatMap((words) => [putEntry(context, words), deleteEntry(context, words)]),
    listUnmatched(context),
    rematchUnmatched(context),
    deleteUnmatched(context),
    checkLedger(context),
    getLedger(context),
    getStatement(context),
    postCredit(context),
    exportRecords(context),
    listHeld(context),
    releaseHeldMessage(context),
    releaseAllHeldMessages(context),
    listOptOuts(context),
    putOptOut(context),
    deleteOptOut(context),
    listPumping(context),
    releasePumping(context),
    listAudit(context),
    getConfig(context),
    postBackup(context),
    getBackup(context),
    streamEvents(context),
    tracePdus(context),
    info(context),
    indexPage(context, '/'),
    indexPage(context, '/api/v1'),
    livez(),
    readyz(context),
    scrapeMetrics(context),
    openapiDocument(context),
    docsPage(),
    docsPageFile(),
  ];
}

/** Routes about simulated handsets, where there are such. */
function ofSandbox(
  context: Context,
  makers: readonly ((context: Context, simulation: Simulation) => Route)[],
): readonly Route[] {
  const { simulation } = context;
  return simulation === undefined ? [] : makers.map((make) => make(context, simulation));
}
