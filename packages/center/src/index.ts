/** The message center: stores messages, hands them to connectors, and says what became of them. */
export * from './types-only.ts';
