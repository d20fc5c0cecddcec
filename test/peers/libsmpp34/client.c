/* An ESME on libsmpp34, driven by lines of stdin, each beginning with its number from 1 up:
 *   N submit SOURCE DESTINATION DATA_CODING ESM_CLASS REGISTERED_DELIVERY SCHEDULE|- HEX
 *   N data SOURCE DESTINATION DATA_CODING REGISTERED_DELIVERY HEX
 *   N query MESSAGE_ID SOURCE
 *   N cancel MESSAGE_ID SOURCE DESTINATION
 *   N enquire
 *   N unbind
 * The answer to line N is {"id": N, "pdu": {...}} on stdout (number 0: the answer to the bind); a request from the
 * message centre is answered and printed as {"event": "deliver_sm", "pdu": {...}}. Every PDU that comes in is
 * unpacked by libsmpp34; one that it cannot unpack is printed with an "error" instead of its "pdu". */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In this order: the headers of libsmpp34 do not include what they use. */
#include <libsmpp34/smpp34.h>
#include <libsmpp34/smpp34_structs.h>
#include <libsmpp34/smpp34_params.h>

#define MAX_PDU 65536
#define MAX_LINE 8192

/* One place for whichever PDU is being read. */
typedef union {
  bind_transceiver_resp_t bind_resp;
  submit_sm_resp_t submit_resp;
  data_sm_resp_t data_resp;
  query_sm_resp_t query_resp;
  deliver_sm_t deliver;
  unbind_t header_only;
  uint8_t room[16384];
} pdu_t;

static int sock = -1;

static void fail(const char *what) {
  fprintf(stderr, "client: %s\n", what);
  exit(1);
}

static void send_pdu(void *pdu) {
  uint8_t out[4096];
  int length = 0;
  if (smpp34_pack2(out, sizeof out, &length, pdu) != 0) {
    fprintf(stderr, "client: pack: %d %s\n", smpp34_errno, smpp34_strerror);
    exit(1);
  }
  for (int done = 0; done < length;) {
    ssize_t n = write(sock, out + done, (size_t)(length - done));
    if (n <= 0) fail("write");
    done += (int)n;
  }
}

static void read_exactly(uint8_t *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(sock, to + done, length - done);
    if (n <= 0) fail("the message centre closed the connection");
    done += (size_t)n;
  }
}

static void print_text(const char *name, const uint8_t *text) {
  printf(",\"%s\":\"", name);
  for (; *text; text++) {
    if (*text == '"' || *text == '\\' || *text < 0x20 || *text > 0x7e) printf("\\u%04x", *text);
    else putchar(*text);
  }
  putchar('"');
}

static void print_octets(const char *name, const uint8_t *bytes, size_t length) {
  printf(",\"%s\":\"", name);
  for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
  putchar('"');
}

/* libsmpp34 keeps integer TLVs as integers and the others as octets. */
static void print_tlvs(const tlv_t *tlv) {
  for (; tlv; tlv = tlv->next) {
    if (tlv->tag == TLVID_receipted_message_id) print_octets("receipted_message_id", tlv->value.octet, tlv->length);
    if (tlv->tag == TLVID_message_state) printf(",\"message_state\":%u", tlv->value.val08);
    if (tlv->tag == TLVID_network_error_code) print_octets("network_error_code", tlv->value.octet, tlv->length);
    if (tlv->tag == TLVID_message_payload) print_octets("message_payload", tlv->value.octet, tlv->length);
  }
}

static void print_header(const char *command, const unbind_t *header) {
  printf("\"pdu\":{\"command\":\"%s\",\"status\":%u,\"seq\":%u", command, header->command_status, header->sequence_number);
}

static void print_response(const pdu_t *pdu) {
  const unbind_t *header = &pdu->header_only;
  switch (header->command_id) {
    case BIND_TRANSCEIVER_RESP:
      print_header("bind_transceiver_resp", header);
      print_text("system_id", pdu->bind_resp.system_id);
      break;
    case SUBMIT_SM_RESP:
      print_header("submit_sm_resp", header);
      print_text("message_id", pdu->submit_resp.message_id);
      break;
    case DATA_SM_RESP:
      print_header("data_sm_resp", header);
      print_text("message_id", pdu->data_resp.message_id);
      break;
    case QUERY_SM_RESP:
      print_header("query_sm_resp", header);
      print_text("message_id", pdu->query_resp.message_id);
      print_text("final_date", pdu->query_resp.final_date);
      printf(",\"message_state\":%u,\"error_code\":%u", pdu->query_resp.message_state, pdu->query_resp.error_code);
      break;
    case CANCEL_SM_RESP: print_header("cancel_sm_resp", header); break;
    case ENQUIRE_LINK_RESP: print_header("enquire_link_resp", header); break;
    case UNBIND_RESP: print_header("unbind_resp", header); break;
    case GENERIC_NACK: print_header("generic_nack", header); break;
    default: print_header("unexpected", header); break;
  }
  printf("}");
}

static void answer_deliver(const deliver_sm_t *request) {
  deliver_sm_resp_t response = {.command_id = DELIVER_SM_RESP, .sequence_number = request->sequence_number};
  send_pdu(&response);
  print_header("deliver_sm", (const unbind_t *)request);
  printf(",\"esm_class\":%u,\"data_coding\":%u", request->esm_class, request->data_coding);
  print_text("source_addr", request->source_addr);
  print_text("destination_addr", request->destination_addr);
  print_octets("short_message", request->short_message, request->sm_length);
  print_tlvs(request->tlv);
  printf("}");
}

/* Reads, unpacks and prints one PDU; gives its command_id. */
static uint32_t take_pdu(void) {
  static uint8_t bytes[MAX_PDU];
  static pdu_t pdu;
  read_exactly(bytes, 16);
  uint32_t header[4];
  memcpy(header, bytes, sizeof header);
  uint32_t length = ntohl(header[0]), command = ntohl(header[1]), sequence = ntohl(header[3]);
  if (length < 16 || length > MAX_PDU) fail("command_length out of range");
  read_exactly(bytes + 16, length - 16);
  memset(&pdu, 0, sizeof pdu);
  int is_response = (command & 0x80000000u) != 0;
  if (is_response) printf("{\"id\":%u,", sequence - 1);
  else printf("{\"event\":\"%s\",", command == DELIVER_SM ? "deliver_sm" : "request");

  if (smpp34_unpack2(&pdu, bytes, (int)length) != 0) {
    printf("\"error\":\"unpack of 0x%08x: %d\"", command, smpp34_errno);
    fprintf(stderr, "client: unpack of 0x%08x: %d %s\n", command, smpp34_errno, smpp34_strerror);
  } else if (is_response) {
    print_response(&pdu);
  } else if (command == DELIVER_SM) {
    answer_deliver(&pdu.deliver);
    destroy_tlv(pdu.deliver.tlv);
  } else if (command == ENQUIRE_LINK) {
    enquire_link_resp_t response = {.command_id = ENQUIRE_LINK_RESP, .sequence_number = sequence};
    send_pdu(&response);
    print_header("enquire_link", &pdu.header_only);
    printf("}");
  } else {
    print_header("unexpected", &pdu.header_only);
    printf("}");
  }
  printf("}\n");
  fflush(stdout);
  return command;
}

static size_t from_hex(const char *hex, uint8_t *to, size_t room) {
  size_t length = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
  if (length > room) fail("too many octets on a line");
  for (size_t i = 0; i < length; i++) {
    unsigned value;
    if (sscanf(hex + 2 * i, "%2x", &value) != 1) fail("no hexadecimal digits");
    to[i] = (uint8_t)value;
  }
  return length;
}

static void copy(uint8_t *to, size_t room, const char *text) {
  if (snprintf((char *)to, room, "%s", text) >= (int)room) fail("a field is too long");
}
#define COPY(field, text) copy((field), sizeof(field), (text))

static void submit(uint32_t sequence, const char *rest) {
  char source[32], destination[32], schedule[32], hex[1024];
  unsigned coding, esm_class, registered;
  if (sscanf(rest, "%31s %31s %u %u %u %31s %1023s", source, destination, &coding, &esm_class, &registered, schedule, hex) != 7)
    fail("submit: wrong line");
  submit_sm_t pdu = {.command_id = SUBMIT_SM, .sequence_number = sequence};
  pdu.source_addr_ton = pdu.source_addr_npi = pdu.dest_addr_ton = pdu.dest_addr_npi = 1;
  COPY(pdu.source_addr, source);
  COPY(pdu.destination_addr, destination);
  if (strcmp(schedule, "-") != 0) COPY(pdu.schedule_delivery_time, schedule);
  pdu.esm_class = (uint8_t)esm_class;
  pdu.registered_delivery = (uint8_t)registered;
  pdu.data_coding = (uint8_t)coding;
  pdu.sm_length = (uint8_t)from_hex(hex, pdu.short_message, sizeof pdu.short_message);
  send_pdu(&pdu);
}

static void data(uint32_t sequence, const char *rest) {
  char source[32], destination[32], hex[2048];
  unsigned coding, registered;
  if (sscanf(rest, "%31s %31s %u %u %2047s", source, destination, &coding, &registered, hex) != 5) fail("data: wrong line");
  data_sm_t pdu = {.command_id = DATA_SM, .sequence_number = sequence};
  pdu.source_addr_ton = pdu.source_addr_npi = pdu.dest_addr_ton = pdu.dest_addr_npi = 1;
  COPY(pdu.source_addr, source);
  COPY(pdu.destination_addr, destination);
  pdu.registered_delivery = (uint8_t)registered;
  pdu.data_coding = (uint8_t)coding;
  tlv_t payload = {.tag = TLVID_message_payload};
  payload.length = (uint16_t)from_hex(hex, payload.value.octet, sizeof payload.value.octet);
  build_tlv(&pdu.tlv, &payload);
  send_pdu(&pdu);
  destroy_tlv(pdu.tlv);
}

static void query(uint32_t sequence, const char *rest) {
  char id[80], source[32];
  if (sscanf(rest, "%79s %31s", id, source) != 2) fail("query: wrong line");
  query_sm_t pdu = {.command_id = QUERY_SM, .sequence_number = sequence, .source_addr_ton = 1, .source_addr_npi = 1};
  COPY(pdu.message_id, id);
  COPY(pdu.source_addr, source);
  send_pdu(&pdu);
}

static void cancel(uint32_t sequence, const char *rest) {
  char id[80], source[32], destination[32];
  if (sscanf(rest, "%79s %31s %31s", id, source, destination) != 3) fail("cancel: wrong line");
  cancel_sm_t pdu = {.command_id = CANCEL_SM, .sequence_number = sequence};
  pdu.source_addr_ton = pdu.source_addr_npi = pdu.dest_addr_ton = pdu.dest_addr_npi = 1;
  COPY(pdu.message_id, id);
  COPY(pdu.source_addr, source);
  COPY(pdu.destination_addr, destination);
  send_pdu(&pdu);
}

static void header_only(uint32_t sequence, uint32_t command) {
  unbind_t pdu = {.command_id = command, .sequence_number = sequence};
  send_pdu(&pdu);
}

static void obey(const char *line) {
  unsigned number;
  char verb[16];
  int at = 0;
  if (sscanf(line, "%u %15s %n", &number, verb, &at) != 2) fail("a line without number and verb");
  uint32_t sequence = number + 1;
  if (strcmp(verb, "submit") == 0) submit(sequence, line + at);
  else if (strcmp(verb, "data") == 0) data(sequence, line + at);
  else if (strcmp(verb, "query") == 0) query(sequence, line + at);
  else if (strcmp(verb, "cancel") == 0) cancel(sequence, line + at);
  else if (strcmp(verb, "enquire") == 0) header_only(sequence, ENQUIRE_LINK);
  else if (strcmp(verb, "unbind") == 0) header_only(sequence, UNBIND);
  else fail("unknown verb");
}

static void connect_and_bind(const char *host, const char *port, const char *system_id, const char *password) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("HOST must be an IPv4 address");
  sock = socket(AF_INET, SOCK_STREAM, 0);
  if (sock < 0 || connect(sock, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  bind_transceiver_t pdu = {.command_id = BIND_TRANSCEIVER, .sequence_number = 1, .interface_version = SMPP_VERSION};
  COPY(pdu.system_id, system_id);
  COPY(pdu.password, password);
  send_pdu(&pdu);
}

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: client HOST PORT SYSTEM_ID PASSWORD");
  connect_and_bind(argv[1], argv[2], argv[3], argv[4]);
  static char line[MAX_LINE];
  size_t filled = 0;
  struct pollfd ready[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = sock, .events = POLLIN}};
  for (;;) {
    if (poll(ready, 2, -1) < 0) fail("poll");
    if (ready[1].revents && take_pdu() == UNBIND_RESP) return 0;
    if (!ready[0].revents) continue;
    ssize_t n = read(STDIN_FILENO, line + filled, sizeof line - 1 - filled);
    if (n <= 0) return 0;
    filled += (size_t)n;
    line[filled] = 0;
    for (char *end; (end = strchr(line, '\n')) != NULL;) {
      *end = 0;
      obey(line);
      filled -= (size_t)(end + 1 - line);
      memmove(line, end + 1, filled + 1);
    }
    if (filled == sizeof line - 1) fail("a line is too long");
  }
}
