/** Room for messages that are fetched at once: by their number, and by the octets of their contents and texts. */
export class Room {
  #messages: number;
  #octets: number;

  constructor(messages: number, octets: number) {
    this.#messages = messages;
    this.#octets = octets;
  }

  /** Nothing more is to be fetched. */
  get isUsedUp(): boolean {
    return this.#messages <= 0 || this.#octets <= 0;
  }

  /** A message was fetched; the last one may have more octets than there was room for. */
  take({ content, text }: { readonly content: Uint8Array; readonly text?: string | undefined }): void {
    this.#messages -= 1;
    this.#octets -= content.length + (text?.length ?? 0);
  }
}
