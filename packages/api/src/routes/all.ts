/** All routes, in the order of the documents. */
import type { Simulation } from '@chappe/sandbox';
import type { Context } from '../context.ts';
import type { Route } from '../route.ts';
import { checkLedger } from './check-ledger.ts';
import { connectorControls, controlConnector } from './control-connector.ts';
import { deleteEntry } from './delete-entry.ts';
import { deleteOptOut } from './delete-opt-out.ts';
import { deleteUnmatched } from './delete-unmatched.ts';
import { endSession } from './end-session.ts';
import { streamEvents } from './events.ts';
import { exportRecords } from './export-records.ts';
import { clearInbox, forgetAllMessages, switchPhonesOn } from './forget-messages.ts';
import { getAccount } from './get-account.ts';
import { getConfig } from './get-config.ts';
import { getConnector } from './get-connector.ts';
import { getInbox } from './get-inbox.ts';
import { getLedger } from './get-ledger.ts';
import { getMessage } from './get-message.ts';
import { getStatement } from './get-statement.ts';
import { indexPage } from './index-page.ts';
import { info } from './info.ts';
import { listAccounts } from './list-accounts.ts';
import { listAudit } from './list-audit.ts';
import { listConnectors } from './list-connectors.ts';
import { listHeld } from './list-held.ts';
import { listMoRoutes } from './list-mo-routes.ts';
import { listOptOuts } from './list-opt-outs.ts';
import { listPhones } from './list-phones.ts';
import { listPumping } from './list-pumping.ts';
import { listRefusals } from './list-refusals.ts';
import { listRoutes } from './list-routes.ts';
import { listSessions } from './list-sessions.ts';
import { listUnmatched } from './list-unmatched.ts';
import { listWebhooks } from './list-webhooks.ts';
import { livez } from './livez.ts';
import { openapiDocument } from './openapi-document.ts';
import { postCredit } from './post-credit.ts';
import { entryWords, putEntry } from './put-entry.ts';
import { putOptOut } from './put-opt-out.ts';
import { readyz } from './readyz.ts';
import { releaseAllHeldMessages } from './release-all-held.ts';
import { releaseHeldMessage } from './release-held.ts';
import { releasePumping } from './release-pumping.ts';
import { rematchUnmatched } from './rematch-receipts.ts';
import { replayOtherRoutes } from './replay-routes.ts';
import { scrapeMetrics } from './scrape-metrics.ts';
import { searchMessages } from './search-messages.ts';
import { sendFromPhone } from './send-from-phone.ts';
import { setPhoneState } from './set-phone-state.ts';
import { submitMessage } from './submit-message.ts';
import { suspendAccount } from './suspend-account.ts';
import { testConnector } from './test-connector.ts';
import { testRoute } from './test-routes.ts';
import { tracePdus } from './trace.ts';
import { waitForMessage } from './wait-for-message.ts';

/** Every route of the API. */
export function routesOf(context: Context): readonly Route[] {
  return [
    submitMessage(context),
    searchMessages(context),
    waitForMessage(context),
    getMessage(context),
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
    streamEvents(context),
    tracePdus(context),
    info(context),
    indexPage(context, '/'),
    indexPage(context, '/api/v1'),
    livez(),
    readyz(context),
    scrapeMetrics(context),
    openapiDocument(context),
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
