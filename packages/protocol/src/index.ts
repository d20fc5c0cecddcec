/** The door of @chappe/protocol: octets to PDUs and back, text codings, segmentation, receipts. Pure, without I/O. */

export {
  type Codec,
  type CodecDefinitions,
  createCodec,
  decode,
  encode,
  fieldsOf,
  PduWriter,
  type VendorPdu,
  type VendorPduInput,
  type VendorTlv,
  type VendorTlvInput,
} from './codec/codec.ts';
export { ChappeError, EncodeError, type EncodeErrorCode } from './codec/errors.ts';
export { Framer, type FramerOptions, type FramingError, type FramingHint } from './codec/framer.ts';
export type { DecodeOptions } from './codec/options.ts';
export type { Writer } from './codec/pdu-writer.ts';
export { tlv, tlvAll, tlvByTag } from './codec/tlv-access.ts';
export {
  type CommandName,
  type Commands,
  commandId,
  commandName,
  commands,
  isRequest,
  isResponse,
  type RequestName,
  type ResponseName,
  type ResponseOf,
  responseOf,
} from './definitions/commands.ts';
export {
  DATA_CODING,
  ESM_CLASS,
  NPI,
  PRIORITY,
  REGISTERED_DELIVERY,
  TON,
  type Version,
  versionByName,
  versionName,
} from './definitions/constants.ts';
export { fieldMasks, fieldValues } from './definitions/fields.ts';
export type {
  BodyOf,
  DecodedPdu,
  ElementValue,
  FieldValue,
  MalformedPdu,
  Pdu,
  PduError,
  PduHeader,
  PduInput,
  PduInputOf,
  PduOf,
  PduTail,
  Tlv,
  TlvInput,
  TlvOf,
  TlvRecord,
  UnknownPdu,
  UnknownTlv,
} from './definitions/pdu.ts';
export {
  type ArrayField,
  type CommandDefinition,
  type CommandKind,
  type CommandTable,
  type CountField,
  type CStringField,
  type Direction,
  type ElementField,
  type FieldDefinition,
  type IntegerField,
  type OctetsField,
  type RecordElement,
  type SmppVersion,
  smppVersions,
  type TlvDefinition,
  type TlvTable,
  type VariantElement,
} from './definitions/schema.ts';
export { statuses } from './definitions/status-table.ts';
export {
  type StatusClass,
  type StatusName,
  status,
  statusClass,
  statusDescription,
  statusName,
} from './definitions/statuses.ts';
export {
  type TlvName,
  type Tlvs,
  type TlvValue,
  type TlvValueOf,
  tlvDefinition,
  tlvName,
  tlvs,
  tlvTag,
} from './definitions/tlvs.ts';
export {
  isDigits,
  numberKey,
  readNumber,
  readSenderNumber,
  type WrittenNumber,
  withoutPlus,
} from './message/address.ts';
export {
  type CallbackNumber,
  type CallbackPresentation,
  type CallbackTag,
  readCallbackNumber,
  readCallbackPresentation,
  readCallbackTag,
  writeCallbackNumber,
  writeCallbackPresentation,
  writeCallbackTag,
} from './message/callback-number.ts';
export {
  canonicalId,
  type IdRelation,
  idInResponse,
  idRelations,
  messageIdForms,
} from './message/message-id.ts';
export {
  type FinalStateOptions,
  isFinalState,
  type MessageState,
  messageState,
  messageStates,
  messageStateValue,
  stateForVersion,
  stateOfWord,
  stateWord,
} from './message/message-state.ts';
export {
  type MessageText,
  type ReadTextOptions,
  readText,
} from './message/read-text.ts';
export {
  type IncompleteSet,
  type MessagePart,
  Reassembler,
  type ReassemblerOptions,
  type ReassemblyResult,
} from './message/reassemble.ts';
export {
  isIntermediate,
  isReceipt,
  type ReadReceiptOptions,
  type Receipt,
  type ReceiptTlvsInput,
  readReceipt,
  receiptTlvs,
} from './message/receipt.ts';
export {
  formatReceiptDate,
  parseReceiptDate,
  type ReceiptDateFormat,
} from './message/receipt-date.ts';
export {
  formatReceiptText,
  parseReceiptText,
  type ReceiptText,
  type ReceiptTextFormat,
  type ReceiptTextInput,
} from './message/receipt-text.ts';
export {
  countSegments,
  type Segment,
  type SegmentBytesOptions,
  type SegmentCount,
  type SegmentedBytes,
  type SegmentedText,
  type SegmentMethod,
  type SegmentOptions,
  type SegmentTextOptions,
  segmentBytes,
  segmentText,
  type TextOptions,
  type TextSegment,
} from './message/segment.ts';
export {
  formatAbsoluteTime,
  formatRelativeTime,
  type ParseTimeOptions,
  parseTime,
  type SmppTime,
  type TimeError,
} from './message/time.ts';
export {
  type BillingIdentification,
  type BroadcastArea,
  type BroadcastContentType,
  type BroadcastInterval,
  type ItsSession,
  type MsValidity,
  type NetworkErrorCode,
  readBillingIdentification,
  readBroadcastArea,
  readBroadcastContentType,
  readBroadcastInterval,
  readItsSession,
  readMsValidity,
  readNetworkErrorCode,
  readSubaddress,
  readWaitFacilities,
  type Subaddress,
  type WaitFacilities,
  writeBillingIdentification,
  writeBroadcastArea,
  writeBroadcastContentType,
  writeBroadcastInterval,
  writeItsSession,
  writeMsValidity,
  writeNetworkErrorCode,
  writeSubaddress,
  writeWaitFacilities,
} from './message/tlv-values.ts';
export {
  type ApplicationPorts,
  type Concatenation,
  concat8,
  concat16,
  elementIds,
  type InformationElement,
  lockingShift,
  ports8,
  ports16,
  readUdh,
  singleShift,
  type UserDataHeader,
  udhOctets,
  type WaitingCount,
  waitingCount,
  writeUdh,
} from './message/udh.ts';
export {
  type ContentPdu,
  type ContentTlv,
  contentOctets,
  readConcat,
  readUserData,
  type UserData,
} from './message/user-data.ts';
export { nearest } from './nearest.ts';
export type { ReadContent } from './report/content.ts';
export { cutPdus } from './report/cut-pdus.ts';
export type { FieldNode } from './report/field-tree.ts';
export { type FieldJson, type PduReportJson, reportJson } from './report/json.ts';
export type { Level, Note } from './report/lint/note.ts';
export { meaningOf } from './report/meaning.ts';
export { hexOf, printable, quoted } from './report/printable.ts';
export {
  commandOf,
  contentLines,
  type PduReport,
  type ReportOptions,
  reportOf,
  statusWord,
} from './report/report.ts';
export {
  MAX_USER_DATA_OCTETS,
  unitsPerSegment,
} from './text/capacity.ts';
export {
  type ChooseCodingOptions,
  type CodingChoice,
  chooseCoding,
} from './text/choose-coding.ts';
export {
  ContentError,
  type ContentErrorCode,
} from './text/content-error.ts';
export {
  type DataCoding,
  type DataCodingInput,
  type DataCodingOptions,
  type DefaultAlphabet,
  readDataCoding,
  type WaitingIndication,
  writeDataCoding,
} from './text/data-coding.ts';
export { gsmSafeText } from './text/gsm-safe.ts';
export { nationalLanguages } from './text/gsm7.ts';
export {
  fillBits,
  packSeptets,
  type SeptetPadding,
  unpackSeptets,
} from './text/septets.ts';
export {
  decodeText,
  type EncodedText,
  type EncodeTextOptions,
  encodeText,
  type LayoutOptions,
} from './text/text.ts';
export {
  type ShiftTables,
  type TextCoding,
  textCodings,
  type UnmappableCharacter,
} from './text/text-coding.ts';
