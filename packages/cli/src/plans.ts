/** All commands: their settings are here, their code is loaded when they run. */
import { type AnyPlan, anyPlan, type CommandPlan } from './command.ts';
import { gatewayPlans } from './gateway-plans.ts';
import { type BackupValues, backupSettings, type RestoreValues, restoreSettings } from './settings/backup.ts';
import { type BenchValues, benchSettings } from './settings/bench.ts';
import { type CheckValues, checkSettings } from './settings/check.ts';
import { type DecodeValues, decodeSettings } from './settings/decode.ts';
import { type ApiValues, apiSettings, type MessagesValues, messagesSettings } from './settings/http.ts';
import { type ImportValues, importSettings } from './settings/import.ts';
import { type ListenValues, listenSettings } from './settings/listen.ts';
import { type SendValues, sendSettings } from './settings/send.ts';
import { type ServeValues, serveSettings } from './settings/serve.ts';
import { startPlan } from './start/plan.ts';

const decodePlan: CommandPlan<DecodeValues> = {
  name: 'decode',
  words: '[hex...]',
  about: 'take PDUs apart: every field with its place, its meaning, and what is wrong with it',
  settings: decodeSettings,
  examples: [
    'chappe decode 00000010000000150000000000000001',
    'chappe decode --lint < dump.txt',
    'chappe decode --pcap smpp.pcap --filter submit_sm --json',
  ],
  run: async (run) => (await import('./commands/decode.ts')).runDecode(run),
};

const sendPlan: CommandPlan<SendValues> = {
  name: 'send',
  about: 'send a message over SMPP, and wait for its receipt',
  settings: sendSettings,
  examples: [
    'chappe send --to 447700900123 --text "Hello" --wait',
    'chappe send --url smpp://me:secret@smsc.example:2775 --to 447700900123 --from Chappe --file text.txt',
  ],
  run: async (run) => (await import('./commands/send.ts')).runSend(run),
};

const listenPlan: CommandPlan<ListenValues> = {
  name: 'listen',
  about: 'bind and print incoming messages and receipts',
  settings: listenSettings,
  examples: ['chappe listen --json', 'chappe listen --count 1 --timeout 30s --only message'],
  run: async (run) => (await import('./commands/listen.ts')).runListen(run),
};

const benchPlan: CommandPlan<BenchValues> = {
  name: 'bench',
  about: 'put load on a message centre and measure it',
  settings: benchSettings,
  examples: [
    'chappe bench --binds 4 --window 100 --duration 20s --receipts',
    "chappe bench --rate 1000/s --fail 'submit_p99>50ms' --fail 'errors>0.1%'",
  ],
  run: async (run) => (await import('./commands/bench.ts')).runBench(run),
};

const phonePlan: CommandPlan<ApiValues> = {
  name: 'phone',
  words: '[number] [verb] [words...]',
  about: 'a simulated handset: ls | NUMBER inbox | NUMBER send TO TEXT | NUMBER on|off|busy|full',
  settings: apiSettings,
  examples: ['chappe phone 447700900123 inbox', 'chappe phone 447700900123 send 60100 STOP'],
  run: async (run) => (await import('./commands/phone.ts')).runPhone(run),
};

const messagesPlan: CommandPlan<MessagesValues> = {
  name: 'messages',
  words: '[query...]',
  about: 'search the messages of a running Chappe, look at one, or wait for one',
  settings: messagesSettings,
  examples: [
    "chappe messages 'to:4477* state:failed'",
    'chappe messages --wait to:447700900123 --timeout 30s',
  ],
  run: async (run) => (await import('./commands/messages.ts')).runMessages(run),
};

const servePlan: CommandPlan<ServeValues> = {
  name: 'serve',
  about: 'run a gateway in production: accounts, operators and routes as the configuration says',
  settings: serveSettings,
  examples: ['chappe serve -c /etc/chappe/chappe.yaml', 'chappe serve --json'],
  run: async (run) => (await import('./serve/run-serve.ts')).runServe(run),
};

const checkPlan: CommandPlan<CheckValues> = {
  name: 'check',
  about: 'say all that is wrong with a configuration, or what it means',
  settings: checkSettings,
  examples: ['chappe check -c chappe.yaml', 'chappe check --schema > chappe.schema.json'],
  run: async (run) => (await import('./commands/check.ts')).runCheck(run),
};

const importPlan: CommandPlan<ImportValues> = {
  name: 'import',
  words: '[file...]',
  about: "make a configuration of Kannel's or SMPPSim's, and say what it cannot carry over",
  settings: importSettings,
  examples: [
    'chappe import /etc/kannel/kannel.conf -o chappe.yaml',
    'chappe import smppsim.props -o chappe.yaml',
  ],
  run: async (run) => (await import('./commands/import.ts')).runImport(run),
};

const backupPlan: CommandPlan<BackupValues> = {
  name: 'backup',
  words: '[folder...]',
  about: 'copy all that a running Chappe has stored, as of one moment, into a new folder',
  settings: backupSettings,
  examples: ['chappe backup /var/backups/chappe-1', 'chappe backup --data ./data /var/backups/chappe-1'],
  run: async (run) => (await import('./commands/backup.ts')).runBackup(run),
};

const restorePlan: CommandPlan<RestoreValues> = {
  name: 'restore',
  words: '[backup...]',
  about: 'check a backup, and make a data folder of it',
  settings: restoreSettings,
  examples: [
    'chappe restore --check /var/backups/chappe-1',
    'chappe restore /var/backups/chappe-1 --data ./data --replace',
  ],
  run: async (run) => (await import('./commands/restore.ts')).runRestore(run),
};

/** In the order of help. */
export const plans: readonly AnyPlan[] = [
  anyPlan(startPlan),
  anyPlan(servePlan),
  anyPlan(checkPlan),
  anyPlan(importPlan),
  anyPlan(backupPlan),
  anyPlan(restorePlan),
  anyPlan(sendPlan),
  anyPlan(listenPlan),
  anyPlan(benchPlan),
  anyPlan(decodePlan),
  anyPlan(phonePlan),
  anyPlan(messagesPlan),
  ...gatewayPlans,
];
