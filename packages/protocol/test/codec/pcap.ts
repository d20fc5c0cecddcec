/** LINKTYPE_RAW: packets start with the IP header. */
const rawIp = 101;

/** A capture file of one TCP connection to port 2775 in which each payload is one packet. */
export function pcapOf(payloads: readonly Uint8Array[]): Buffer {
  const file = Buffer.alloc(24);
  file.writeUInt32LE(0xa1b2c3d4, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(0xffff, 16);
  file.writeUInt32LE(rawIp, 20);
  const packets: Buffer[] = [file];
  let sequence = 1;
  for (const [i, payload] of payloads.entries()) {
    const head = Buffer.alloc(16 + 40);
    const length = 40 + payload.length;
    head.writeUInt32LE(i, 0);
    head.writeUInt32LE(length, 8);
    head.writeUInt32LE(length, 12);
    // IPv4 without options, no fragments, TCP, 127.0.0.1 to 127.0.0.1; checksums are not looked at.
    head.writeUInt16BE(0x4500, 16);
    head.writeUInt16BE(length, 18);
    head.writeUInt16BE(0x4006, 24);
    head.writeUInt32BE(0x7f000001, 28);
    head.writeUInt32BE(0x7f000001, 32);
    // TCP: header of five words, PSH and ACK.
    head.writeUInt16BE(40_000, 36);
    head.writeUInt16BE(2775, 38);
    head.writeUInt32BE(sequence, 40);
    head.writeUInt32BE(1, 44);
    head.writeUInt16BE(0x5018, 48);
    head.writeUInt16BE(0xffff, 50);
    sequence += payload.length;
    packets.push(head, Buffer.from(payload));
  }
  return Buffer.concat(packets);
}
