/** All routes, in the order of the documents. */
import type { Context } from '../context.ts';
import type { Route } from '../route.ts';
import { streamEvents } from './events.ts';
import { getInbox } from './get-inbox.ts';
import { getMessage } from './get-message.ts';
import { info } from './info.ts';
import { listPhones } from './list-phones.ts';
import { listSessions } from './list-sessions.ts';
import { livez } from './livez.ts';
import { openapiDocument } from './openapi-document.ts';
import { readyz } from './readyz.ts';
import { scrapeMetrics } from './scrape-metrics.ts';
import { searchMessages } from './search-messages.ts';
import { sendFromPhone } from './send-from-phone.ts';
import { setPhoneState } from './set-phone-state.ts';
import { submitMessage } from './submit-message.ts';
import { waitForMessage } from './wait-for-message.ts';

/** Every route of the API. */
export function routesOf(context: Context): readonly Route[] {
  return [
    submitMessage(context),
    searchMessages(context),
    waitForMessage(context),
    getMessage(context),
    sendFromPhone(context),
    getInbox(context),
    setPhoneState(context),
    listPhones(context),
    listSessions(context),
    streamEvents(context),
    info(context),
    livez(),
    readyz(context),
    scrapeMetrics(context),
    openapiDocument(context),
  ];
}
