/** The page at /docs: puts what `words.js` says into elements, always as text, and sends what is filled in. */
import { curlOf, groupsOf, isFound, requestOf, shownBody } from './words.js';

// A stream of events does not end, and a window full of text is enough.
const maxShown = 256 * 1024;

const filter = document.getElementById('filter');
const key = document.getElementById('key');
const state = document.getElementById('state');
const shown = [];

/** An element. Texts are text: nothing of the document or of an answer is ever read as HTML. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}

function parameterField(parameter) {
  const { name, in: place, required = false, description, schema = {}, example } = parameter;
  const choices = schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : undefined);
  const input =
    choices === undefined
      ? element('input', { spellcheck: 'false', autocomplete: 'off', class: 'value' })
      : element(
          'select',
          { class: 'value' },
          ...['', ...choices].map((choice) => element('option', {}, String(choice))),
        );
  if (place === 'path' && example !== undefined) input.value = String(example);
  const about = [
    place,
    required ? 'needed' : undefined,
    schema.default === undefined ? undefined : `default ${schema.default}`,
  ];
  const label = element(
    'label',
    { class: 'field' },
    element('code', {}, name),
    element('span', { class: 'soft' }, ` ${about.filter((part) => part !== undefined).join(', ')}`),
    ...(description === undefined ? [] : [element('p', { class: 'soft' }, description)]),
    input,
  );
  return { label, id: `${place}.${name}`, input };
}

function bodyFields({ bodies }) {
  if (bodies.length === 0) return undefined;
  const text = element('textarea', { spellcheck: 'false', 'aria-label': 'Body' });
  const type = element(
    'select',
    { 'aria-label': 'Type of the body' },
    ...bodies.map((body) => element('option', {}, body.type)),
  );
  const fill = () => {
    text.value = bodies[type.selectedIndex]?.example ?? '';
  };
  type.addEventListener('change', fill);
  fill();
  return { text, type };
}

/** What is inside of an operation; made when it is opened for the first time. */
function formOf(operation) {
  const { description, who, parameters, answers, problems } = operation;
  const fields = parameters.map(parameterField);
  const body = bodyFields(operation);
  const send = element('button', { type: 'submit' }, 'Send');
  const stop = element('button', { type: 'button', hidden: '' }, 'Stop');
  const copy = element('button', { type: 'button' }, 'Copy as curl');
  const output = element('div', { 'aria-live': 'polite' });
  const request = () =>
    requestOf(
      operation,
      Object.fromEntries(fields.map(({ id, input }) => [id, input.value])),
      body === undefined ? undefined : { type: body.type.value, text: body.text.value },
    );
  const form = element(
    'form',
    {},
    ...fields.map(({ label }) => label),
    ...(body === undefined ? [] : [element('h3', {}, 'Body'), body.type, body.text]),
    element('div', { class: 'buttons' }, send, stop, copy),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    perform(request(), { send, stop, output });
  });
  copy.addEventListener('click', () => copyCurl(request(), output));
  return element(
    'div',
    {},
    element('p', {}, description),
    element('p', { class: 'soft' }, who),
    form,
    output,
    element('h3', {}, 'Answers'),
    element(
      'ul',
      {},
      ...answers.map(({ status, description: what, types }) =>
        element(
          'li',
          {},
          element('code', {}, status),
          ` ${what} `,
          element('span', { class: 'soft' }, types.join(', ')),
        ),
      ),
    ),
    element('h3', {}, 'Problems'),
    element(
      'ul',
      {},
      ...problems.map(({ status, code, title }) =>
        element('li', {}, element('code', {}, `${status} ${code}`), ` ${title}`),
      ),
    ),
  );
}

async function copyCurl(request, output) {
  const text = curlOf(request, location.origin, key.value !== '');
  let said = 'Copied:';
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without HTTPS a browser gives no clipboard, but for pages of this machine.
    said = 'To be copied by hand:';
  }
  output.replaceChildren(element('p', { class: 'soft' }, said), element('pre', {}, text));
}

async function perform({ method, url, headers, body, missing }, { send, stop, output }) {
  if (missing.length > 0) {
    output.replaceChildren(element('p', { class: 'bad' }, `Missing: ${missing.join(', ')}`));
    return;
  }
  const ending = new AbortController();
  const end = () => ending.abort();
  stop.addEventListener('click', end);
  send.disabled = true;
  stop.hidden = false;
  output.replaceChildren(element('p', { class: 'soft' }, 'Sent…'));
  const began = performance.now();
  try {
    const own = key.value === '' ? {} : { authorization: `Bearer ${key.value}` };
    const answer = await fetch(url, {
      method,
      headers: { accept: 'application/json, */*;q=0.5', ...headers, ...own },
      body,
      signal: ending.signal,
      credentials: 'omit',
      cache: 'no-store',
    });
    await show(answer, began, output, ending);
  } catch (error) {
    const why = ending.signal.aborted ? 'Stopped.' : `No answer: ${error.message}`;
    output.append(element('p', { class: 'bad' }, why));
  } finally {
    stop.removeEventListener('click', end);
    send.disabled = false;
    stop.hidden = true;
  }
}

async function show(answer, began, output, ending) {
  const took = element('span', { class: 'soft' }, ` ${Math.round(performance.now() - began)} ms`);
  const status = element(
    'strong',
    { class: answer.ok ? 'good' : 'bad' },
    `${answer.status} ${answer.statusText}`,
  );
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const text = element('pre', { 'data-answer': '' });
  output.replaceChildren(element('p', {}, status, took), element('pre', {}, headers), text);
  const type = answer.headers.get('content-type') ?? '';
  let received = '';
  if (answer.body !== null) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      received += piece.value;
      text.textContent = received.slice(0, maxShown);
      if (received.length > maxShown) {
        output.append(element('p', { class: 'soft' }, 'There is more; this is the beginning.'));
        ending.abort();
        return;
      }
    }
  }
  took.textContent = ` ${Math.round(performance.now() - began)} ms, ${received.length} characters`;
  text.textContent = received === '' ? 'No body.' : shownBody(received, type);
}

function operationElement(operation) {
  const { id, method, path, summary } = operation;
  const head = element(
    'summary',
    {},
    element('code', { class: 'method' }, method),
    element('code', {}, path),
    element('span', { class: 'soft' }, summary),
  );
  const details = element('details', { id }, head);
  let isMade = false;
  details.addEventListener('toggle', () => {
    if (!details.open || isMade) return;
    isMade = true;
    details.append(formOf(operation));
  });
  shown.push({ operation, details });
  return details;
}

function applyFilter() {
  let found = 0;
  for (const { operation, details } of shown) {
    details.hidden = !isFound(operation, filter.value);
    if (!details.hidden) found += 1;
  }
  for (const section of document.querySelectorAll('section')) {
    section.hidden = section.querySelector('details:not([hidden])') === null;
  }
  state.textContent =
    found === shown.length ? `${found} operations` : `${found} of ${shown.length} operations`;
}

/** An operation can be linked to: /docs#submitMessage. */
function openLinked() {
  const details = shown.find(({ operation }) => `#${operation.id}` === location.hash)?.details;
  if (details === undefined) return;
  details.open = true;
  details.scrollIntoView();
}

function focusFilter(event) {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName ?? '');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  filter.focus();
  filter.select();
}

async function start() {
  try {
    const answer = await fetch('/openapi.json', { credentials: 'omit' });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const description = await answer.json();
    document.getElementById('version').textContent = description.info.version;
    const sections = groupsOf(description).map(({ name, description: about, operations }) =>
      element(
        'section',
        {},
        element('h2', {}, name),
        element('p', { class: 'soft' }, about),
        ...operations.map(operationElement),
      ),
    );
    document.getElementById('operations').replaceChildren(...sections);
  } catch (error) {
    state.textContent = `The description cannot be read: ${error.message}`;
    return;
  }
  applyFilter();
  openLinked();
}

filter.addEventListener('input', applyFilter);
document.addEventListener('keydown', focusFilter);
window.addEventListener('hashchange', openLinked);
start();
