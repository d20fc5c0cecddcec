/** What a message may carry beside its text: the fields of a submit_sm that nothing else of a submission says. */
import { type Meta, maxMetaKeys, maxMetaOctets, maxMetaValueOctets } from '@chappe/gateway';
import { z } from 'zod';

const maxOctet = 0xff;
const maxPort = 0xffff;
const maxTag = 0xffff;
const maxInteger = 0xffff_ffff;
const maxTagCharacters = 64;
// The length of a TLV has two octets (SMPP 3.4 3.2.4.1).
const maxValueOctets = 0xffff;
// As many as the documents have; how many octets, the account says.
const maxTlvs = 64;
// 3GPP 23.040 9.2.3.24: user data of one message.
const maxHeaderDigits = 280;
// SMPP 3.4 5.2.11: six octets with the NUL.
const maxServiceTypeCharacters = 5;

/** A TLV as it is written in JSON. */
export interface TlvBody {
  readonly tag: string | number;
  readonly value?: string | number | undefined;
  readonly text?: string | undefined;
}

/** Application ports. */
export interface PortsBody {
  readonly to: number;
  readonly from?: number | undefined;
}

/** Fields of a submission. */
export interface CarriedBody {
  readonly udh?: string | undefined;
  readonly ports?: PortsBody | undefined;
  readonly protocolId?: number | undefined;
  readonly serviceType?: string | undefined;
  readonly replyPath?: boolean | undefined;
  readonly dataCoding?: number | undefined;
  readonly tlvs?: readonly TlvBody[] | undefined;
  readonly meta?: Meta | undefined;
}

const octet = z.int().min(0).max(maxOctet);
const port = z.int().min(0).max(maxPort);

const tlv = z
  .strictObject({
    tag: z
      .union([z.int().min(0).max(maxTag), z.string().min(1).max(maxTagCharacters)], {
        error: `must be the name of a TLV, or its tag as "0x1403" or 5123`,
      })
      .describe('The name of a TLV of the documents, or any tag: "0x1403" or 5123'),
    value: z
      .union([z.int().min(0).max(maxInteger), z.string().max(2 * maxValueOctets)], {
        error: `must be a whole number from 0 to ${maxInteger}, or a text`,
      })
      .optional()
      .describe(
        'As the documents have it: a number, a text, or octets in hexadecimal; of a tag that they have not, hexadecimal',
      ),
    text: z
      .string()
      .max(maxValueOctets)
      .optional()
      .describe('Characters of Latin-1, where `value` would be hexadecimal'),
  })
  .describe('A TLV');

/** Schemas of `CarriedBody`. Idempotency keys remember bodies in this order: new ones come last. */
export const carriedFields: {
  readonly [Field in keyof CarriedBody]-?: z.ZodType<CarriedBody[Field]>;
} = {
  udh: z
    .string()
    .max(maxHeaderDigits, { error: 'must have at most 140 octets, as a message has' })
    .regex(/^([0-9a-fA-F]{2})*$/, { error: 'must be pairs of hexadecimal digits' })
    .optional()
    .describe('User data header in hexadecimal, its length first; each segment of a long text has it'),
  ports: z
    .strictObject({
      to: port.describe('Port at the receiver'),
      from: port.optional().describe('Port that answers go to; default 0'),
    })
    .optional()
    .describe('Application ports of 16 bits; each segment of a long text has them, and holds less'),
  protocolId: octet.optional().describe('protocol_id; default 0'),
  serviceType: z
    .string()
    .max(maxServiceTypeCharacters)
    .regex(/^[\x20-\x7e]*$/, { error: 'must be characters of ASCII' })
    .optional()
    .describe('service_type, as "WAP"; default empty'),
  replyPath: z.boolean().optional().describe('Asks for an answer by the same way back; default false'),
  dataCoding: octet
    .optional()
    .describe('data_coding as it is to leave: of `hex` any; a text is coded as it says'),
  tlvs: z
    .array(tlv)
    .max(maxTlvs)
    .optional()
    .describe('TLVs, which go to operators as their connectors allow, with each segment')
    .meta({
      examples: [
        [
          { tag: 'user_message_reference', value: 7 },
          { tag: '0x1400', text: '1101172974420810001' },
        ],
      ],
    }),
  meta: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      `Words of your own, told with the message everywhere: at most ${maxMetaKeys}, of ${maxMetaValueOctets} octets, ` +
        `${maxMetaOctets} in all; keys have 1 to 40 characters of A-Z, a-z, 0-9, "_", "." and "-"`,
    )
    .meta({ examples: [{ campaign: 'autumn', 'crm.contact': '4711' }] }),
};
